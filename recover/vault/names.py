"""Two-word names of cases: random, to say on a bad line, saying nothing about anyone."""

from __future__ import annotations

import secrets
from collections.abc import Container

ADJECTIVES = tuple(
    """
    agile airy alert ample amber ashen august autumn azure balmy basic beige bold brave breezy brief bright brisk
    bronze calm candid careful cedar central cheerful chief civil clean clear clever cloudy coastal cobalt cool copper
    coral cosy crimson crisp curious daily dapper deep deft distant dusky eager early earnest eastern ebony
    elegant emerald even exact fair famous fast fine firm fleet fluent formal frank free fresh friendly frosty
    gentle glad gleaming golden good graceful grand granite grassy great hardy hazel helpful high
    honest humble icy indigo inland inner ivory jade jolly jovial keen kind lasting leafy level light lilac
    lime linen little lively local lofty long loyal lucid lucky lunar major maple marble maroon mellow merry mighty
    mild misty modern modest mossy native neat new nimble noble northern novel oaken olive open orange
    patient peaceful pearly pine pleasant polite prime proper proud prudent purple quick quiet rapid
    rare ready regal robust rocky rosy round royal ruby rural rustic sandy scarlet serene sharp shiny silent
    silken silver simple sincere slate sleek smart smooth snowy sober solar solid southern spare steady
    steep still stony sturdy subtle sunny tall tawny teal tidy tiny topaz tranquil true
    twin umber upper urban useful vast velvet violet vivid warm western wheaten whole wide windy wise
    witty wooden zesty
    """.split()  # noqa: SIM905  (a list of words is read as words)
)

ANIMALS = tuple(
    """
    adder albatross alpaca anchovy ant antelope auk avocet badger barbel beaver bee beetle bison bittern
    blackbird bobcat bream bullfinch bunting bustard butterfly buzzard camel canary caribou carp cat caterpillar
    chaffinch chamois cheetah chickadee chinchilla chough cicada clam cod condor coot cormorant cowrie crab crane
    cricket crow curlew cuttlefish deer dipper dolphin dormouse dotterel dove dragonfly duck dunlin eagle
    eel egret eider elk emu falcon ferret finch firefly flamingo flounder fox frog gannet gazelle gecko gibbon giraffe
    godwit goldcrest goldfinch goose grebe grouse guillemot gull haddock hake halibut hamster hare harrier hawk
    hedgehog heron herring hoopoe horse hummingbird ibex ibis jackdaw jaguar jay kestrel kingfisher kite kiwi
    koala kudu ladybird lapwing lark lemming lemur leopard limpet linnet lizard llama lobster loon lynx macaw mackerel
    magpie mallard marmot marten martin mayfly meerkat merlin minnow moorhen moose moth mouse mussel narwhal
    newt nightingale nuthatch ocelot octopus oriole osprey ostrich otter owl oyster panda panther parrot partridge
    pelican penguin perch petrel pheasant pigeon pike pintail pipit plaice plover pony porcupine porpoise prawn puffin
    puma python quail rabbit raccoon raven reindeer robin rook sable salamander salmon sanderling sardine scallop seal
    serval shrimp siskin skylark snail snipe sparrow squirrel starling stoat stork sturgeon sunfish swallow swan
    swift tapir tern thrush tiger toucan trout tuna turbot turtle urchin vole wagtail wallaby walrus warbler
    whale wigeon wolf wombat woodcock woodpecker wren yak zebra
    """.split()  # noqa: SIM905  (a list of words is read as words)
)


def new_name(taken: Container[str]) -> str:
    """Return a random name such as `amber-heron` that is not taken; after many tries, any random name."""
    for _ in range(1000):
        name = f"{secrets.choice(ADJECTIVES)}-{secrets.choice(ANIMALS)}"
        if name not in taken:
            break
    return name
