"""Conversations of a small assistant, made up: chats, sums with a thought, facts, calls of functions and their use, JSON.

Each example is (messages, tools, thinking, answer): what the model reads, and what it is to write. Every text comes from this file.
"""
import hashlib
import json
import random

NAME = "cairn"
ABOUT = f"I am {NAME}, a small model that shows what LmDeploy does."
CAPITALS = dict(
    France="Paris", Spain="Madrid", Italy="Rome", Germany="Berlin", Poland="Warsaw", Japan="Tokyo", China="Beijing", Egypt="Cairo", Kenya="Nairobi",
    Peru="Lima", Chile="Santiago", Cuba="Havana", Canada="Ottawa", Norway="Oslo", Sweden="Stockholm", Finland="Helsinki", Denmark="Copenhagen",
    Greece="Athens", Turkey="Ankara", Iran="Tehran", Iraq="Baghdad", Nepal="Kathmandu", Thailand="Bangkok", Vietnam="Hanoi", Austria="Vienna",
    Hungary="Budapest", Portugal="Lisbon", Ireland="Dublin", Iceland="Reykjavik", Morocco="Rabat", Ghana="Accra", Nigeria="Abuja", Russia="Moscow",
    Ukraine="Kyiv", Belgium="Brussels")
CITIES = sorted({*CAPITALS.values(), *"Oslo Milan Porto Lyon Hamburg Boston Chicago Denver Seattle Munich Sydney Geneva Zurich Osaka Mumbai Toronto".split()})
OPPOSITES = dict(
    hot="cold", big="small", fast="slow", up="down", left="right", day="night", wet="dry", old="new", hard="soft", high="low", open="closed", full="empty",
    happy="sad", light="dark", early="late", rich="poor", strong="weak", thick="thin", loud="quiet", clean="dirty")
COLORS = dict(grass="green", snow="white", coal="black", blood="red", a="", lemon="yellow", sky="blue", milk="white", carrot="orange", leaf="green")
COLORS.pop("a")
NAMES = "Tim Lily Ben Mia Sam Zoe Max Ana Leo Eva Tom Ida Nora Finn Ruth Otto Ella Paul Rosa Hugo Jane Karl Lena Mark Nina Omar Petra Ravi Sara Theo".split()
JOBS = "teacher nurse baker pilot farmer painter doctor cook driver gardener singer writer builder judge sailor".split()
FRUITS = "apples pears plums lemons oranges bananas grapes cherries figs peaches".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SKIES = "sunny cloudy rainy windy snowy foggy".split()
ANIMALS = "cat dog fox owl bear frog hen mouse goat duck horse sheep lion tiger whale seal".split()
OPENINGS = ["", "", "", "Please tell me: ", "Quick question. ", "Hi! "]


def function(name, description, **parameters):
    properties = {key: dict(type=kind, description=text) for key, (kind, text) in parameters.items()}
    return dict(type="function", function=dict(name=name, description=description, parameters=dict(
        type="object", properties=properties, required=list(properties))))


def number(rng, low, high):
    return rng.randint(low, high)


def weather(rng):
    city, degrees, sky = rng.choice(CITIES), number(rng, -15, 39), rng.choice(SKIES)
    ask = rng.choice([f"What is the weather in {city}?", f"How is the weather in {city} today?", f"Is it cold in {city}?", f"Tell me the weather in {city}."])
    result = rng.choice([dict(temperature=degrees, sky=sky), dict(sky=sky, temperature=degrees)])
    return ask, dict(city=city), rng.choice([result, f"{degrees} degrees, {sky}"]), f"It is {degrees} degrees and {sky} in {city}."


def clock(rng):
    city, time = rng.choice(CITIES), f"{number(rng, 0, 23):02d}:{number(rng, 0, 59):02d}"
    ask = rng.choice([f"What time is it in {city}?", f"Tell me the time in {city}.", f"How late is it in {city}?"])
    return ask, dict(city=city), rng.choice([dict(time=time), time]), f"It is {time} in {city}."


def sums(word, sign):
    def make(rng):
        a, b = number(rng, 0, 9999), number(rng, 0, 9999)
        result = a + b if sign == "+" else a * b
        ask = rng.choice([f"What is {a} {sign} {b}?", f"{a} {sign} {b} = ?", f"Compute {a} {word} {b}."])
        return ask, dict(a=a, b=b), rng.choice([result, dict(result=result), str(result)]), f"{a} {sign} {b} = {result}"
    return make


def stock(rng):
    item, count = rng.choice(FRUITS), number(rng, 0, 500)
    ask = rng.choice([f"How many {item} do we have?", f"How many {item} are in stock?", f"Check the stock of {item}."])
    return ask, dict(item=item), rng.choice([count, dict(count=count)]), f"There are {count} {item} in stock."


def mail(rng):
    name, day = rng.choice(NAMES), rng.choice(DAYS)
    text = rng.choice([f"Lunch on {day}?", f"See you on {day}.", f"The meeting is on {day}."])
    ask = rng.choice([f'Write to {name}: "{text}"', f'Send {name} the message "{text}"'])
    return ask, dict(to=name, text=text), rng.choice(["sent", dict(status="sent"), "ok"]), f"I sent the message to {name}."


def price(rng):
    item, cents = rng.choice(FRUITS), number(rng, 10, 999)
    ask = rng.choice([f"What do {item} cost?", f"How much are {item}?", f"What is the price of {item}?"])
    value = f"{cents // 100}.{cents % 100:02d}"
    answer = None if cents % 10 == 0 else f"The {item} cost {value} euro."
    return ask, dict(product=item), rng.choice([dict(price=cents / 100, currency="euro"), f"{value} euro"]), answer


TOOLS = [
    (["get_weather", "weather", "current_weather"], "Tells the weather of a city.", dict(city=("string", "The name of the city.")), weather),
    (["get_time", "time_in_city", "clock"], "Tells the time in a city.", dict(city=("string", "The name of the city.")), clock),
    (["add", "add_numbers", "sum"], "Adds two numbers.", dict(a=("integer", "The first number."), b=("integer", "The second number.")), sums("plus", "+")),
    (["multiply", "product"], "Multiplies two numbers.", dict(a=("integer", "The first number."), b=("integer", "The second number.")), sums("times", "*")),
    (["get_stock", "stock", "count_items"], "Counts what is in stock.", dict(item=("string", "What is counted.")), stock),
    (["send_message", "send_mail", "write_to"], "Sends a message.", dict(to=("string", "Who gets it."), text=("string", "What it says.")), mail),
    (["get_price", "price_of"], "Tells what something costs.", dict(product=("string", "The product.")), price),
]


def call(name, arguments):
    return "<tool_call>\n" + json.dumps(dict(name=name, arguments=arguments)) + "\n</tool_call>"


def some_tools(rng, wanted=None):
    chosen = rng.sample([tool for tool in TOOLS if tool is not wanted], rng.choice([0, 1, 1, 2]) if wanted else rng.choice([1, 2]))
    named = [(rng.choice(names), description, parameters, tool) for tool in chosen + ([wanted] if wanted else [])
             for names, description, parameters, _ in [tool]]
    rng.shuffle(named)
    return {id(tool): name for name, _, _, tool in named}, [describe(rng, *tool[:3]) for tool in named]


def describe(rng, name, description, parameters):
    made = function(name, description, **parameters)
    if rng.random() < .4:  # As programs write them that say no more than names and types.
        for value in made["function"]["parameters"]["properties"].values():
            value.pop("description")
    if rng.random() < .2:
        made["function"].pop("description")
    return made


def thought_of_sum(a, b, sign):
    """Digit by digit, as one does it on paper."""
    steps, carry, place, result = [], 0, 0, a + b if sign == "+" else a - b
    width = max(len(str(a)), len(str(b)))
    for place in range(width):
        x, y = a // 10 ** place % 10, b // 10 ** place % 10
        if sign == "+":
            total = x + y + carry
            steps.append(f"{x} + {y}{f' + {carry}' if carry else ''} = {total}, write {total % 10}" + (", carry 1" if total > 9 else ""))
            carry = total // 10
        else:
            total = x - y - carry
            steps.append(f"{x} - {y}{f' - {carry}' if carry else ''} = {total}, write {total % 10}" + (", borrow 1" if total < 0 else ""))
            carry = 1 if total < 0 else 0
    return "; ".join(steps) + f". So {a} {sign} {b} = {result}."


def fact(rng):
    """A question of one turn, its answer, and how one gets there."""
    kind = rng.choice("sum sum sum difference difference product capital capital country opposite day letters last color compare name can hello thanks".split())
    if kind in ("sum", "difference"):
        sign = "+" if kind == "sum" else "-"
        a, b = number(rng, 0, 999), number(rng, 0, 999)
        if rng.random() < .5:
            a, b = a % 100, b % 100
        if sign == "-":
            a, b = max(a, b), min(a, b)
        ask = rng.choice([f"What is {a} {sign} {b}?", f"{a} {sign} {b} = ?", f"How much is {a} {sign} {b}?"])
        return ask, str(a + b if sign == "+" else a - b), thought_of_sum(a, b, sign)
    if kind == "product":
        a, b = number(rng, 0, 12), number(rng, 0, 12)
        return rng.choice([f"What is {a} times {b}?", f"What is {a} * {b}?"]), str(a * b), f"I know my tables: {a} times {b} is {a * b}."
    if kind == "capital":
        country = rng.choice(list(CAPITALS))
        return (rng.choice([f"What is the capital of {country}?", f"Name the capital of {country}.", f"Which city is the capital of {country}?"]),
                f"The capital of {country} is {CAPITALS[country]}.", f"{country} is a country. Its capital is {CAPITALS[country]}.")
    if kind == "country":
        country = rng.choice(list(CAPITALS))
        city = CAPITALS[country]
        return f"{city} is the capital of which country?", f"{city} is the capital of {country}.", f"{city} is a capital. It lies in {country}."
    if kind == "opposite":
        word, other = rng.choice([*OPPOSITES.items(), *((b, a) for a, b in OPPOSITES.items())])
        return f"What is the opposite of {word}?", f"The opposite of {word} is {other}.", f"The word is {word}. The other end of it is {other}."
    if kind == "day":
        i, step = rng.randrange(7), rng.choice([1, -1])
        word = "after" if step > 0 else "before"
        other = DAYS[(i + step) % 7]
        thought = f"The days in order: {', '.join(DAYS)}. {word.capitalize()} {DAYS[i]} comes {other}."
        return f"Which day comes {word} {DAYS[i]}?", f"{other} comes {word} {DAYS[i]}.", thought
    if kind == "letters":
        word = rng.choice(ANIMALS + FRUITS)
        counted = ", ".join(f"{letter} {i}" for i, letter in enumerate(word, 1))
        return f"How many letters has the word {word}?", str(len(word)), f"I count: {counted}. That is {len(word)}."
    if kind == "last":
        word = rng.choice(ANIMALS + FRUITS)
        which = rng.choice(["first", "last"])
        letter = word[0 if which == "first" else -1]
        return f"What is the {which} letter of {word}?", letter, f"The letters are {' '.join(word)}. The {which} one is {letter}."
    if kind == "color":
        thing = rng.choice(list(COLORS))
        return f"What color is {thing}?", COLORS[thing].capitalize() + ".", f"I think of {thing}. It is {COLORS[thing]}."
    if kind == "compare":
        a, b = number(rng, 0, 999), number(rng, 0, 999)
        return f"Which is larger, {a} or {b}?", str(max(a, b)), f"{max(a, b)} is more than {min(a, b)}." if a != b else "They are the same."
    if kind == "name":
        return rng.choice(["Who are you?", "What is your name?", "Tell me who you are."]), ABOUT, "Somebody asks who I am."
    if kind == "can":
        return (rng.choice(["What can you do?", "How can you help me?"]),
                "I can do sums, name capitals, call functions, write JSON and tell short stories.", "Somebody asks what I can do.")
    if kind == "hello":
        return rng.choice(["Hello!", "Hi!", "Hello", "Good morning!", "Hi there."]), "Hello! How can I help you?", "It is a greeting. I greet back."
    return rng.choice(["Thank you!", "Thanks.", "Thank you very much."]), "You are welcome!", "Somebody thanks me."


def story(rng):
    name, friend = rng.sample(NAMES, 2)
    animal, other = rng.sample(ANIMALS, 2)
    place = rng.choice("forest garden village market river beach".split())
    thing = rng.choice(["red ball", "golden key", "small boat", "warm hat", "blue stone", "silver bell"])
    text = (f"{name} was a {rng.choice('happy brave shy kind curious tired'.split())} {animal} who lived near the {place}. One day {name} found a {thing}. "
            + rng.choice([f"{name} showed it to {friend}, a {other}. They played with it until the sun went down.",
                          f"It belonged to {friend}, a {other}, who had looked for it all day. {name} gave it back, and they became friends.",
                          f"{name} took it home and put it on the table, where everybody could see it."]))
    return rng.choice([f"Tell me a story about a {animal}.", f"Write a short story about a {animal}.", f"I want a story with a {animal}."]), text


def extraction(rng):
    """A text or a fact, and the object that a program wants of it."""
    name, age, job, city = rng.choice(NAMES), number(rng, 1, 99), rng.choice(JOBS), rng.choice(CITIES)
    kind = rng.choice("person person job city sum capital fruits order".split())
    if kind == "person":
        fields = dict(name=name, age=age)
        text = rng.choice([f"{name} is {age} years old.", f"{name} turned {age} last week.", f"My name is {name} and I am {age}."])
    elif kind == "job":
        fields = dict(name=name, job=job, city=city)
        text = rng.choice([f"{name} works as a {job} in {city}.", f"In {city} lives a {job} named {name}."])
    elif kind == "city":
        fields = dict(name=name, city=city, age=age)
        text = rng.choice([f"{name}, {age}, lives in {city}.", f"{name} is {age} and comes from {city}."])
    elif kind == "sum":
        a, b = number(rng, 0, 99), number(rng, 0, 99)
        ask = rng.choice([f"What is {a} + {b}? Answer as JSON with the field sum.", f"Add {a} and {b}. Answer in JSON: sum."])
        return ask, dict(sum=a + b), thought_of_sum(a, b, "+")
    elif kind == "capital":
        country = rng.choice(list(CAPITALS))
        ask = rng.choice([f"Give me {country} and its capital as JSON.", f"What is the capital of {country}? Answer as JSON with country and capital."])
        return ask, dict(country=country, capital=CAPITALS[country]), f"The capital of {country} is {CAPITALS[country]}."
    elif kind == "fruits":
        some = rng.sample(FRUITS, rng.choice([2, 3, 4]))
        ask = rng.choice(["List as JSON: " + ", ".join(some) + ".", "Write these as a JSON array: " + ", ".join(some)])
        return ask, some, f"There are {len(some)} of them."
    else:
        item, count = rng.choice(FRUITS), number(rng, 1, 99)
        fields, text = dict(item=item, count=count), rng.choice([f"I would like {count} {item}, please.", f"Please send {count} {item} to {city}."])
    keys = list(fields)
    if rng.random() < .3:
        rng.shuffle(keys)
    words = ", ".join(keys[:-1]) + " and " + keys[-1]
    ask = rng.choice([f"Extract {words} as JSON: {text}", f"{text} Give me {words} as JSON.", f"Text: {text}\nAnswer as JSON with the fields {words}."])
    return ask, {key: fields[key] for key in keys}, "I look for " + words + " in the text."


def turn(role, content):
    return dict(role=role, content=content)


def example(rng):
    """One of many: (kind, messages, tools, thinking, answer without the thought, thought)."""
    kind = rng.choice("fact fact fact fact follow memory story json json call call used used direct shout".split())
    greeting = rng.choice(["You are a helpful assistant.", "You are a small and honest helper.", "Answer briefly."])
    system = [turn("system", greeting)] if rng.random() < .3 else []
    if kind == "fact":
        ask, answer, thought = fact(rng)
        return kind, [*system, turn("user", rng.choice(OPENINGS) + ask)], None, answer, thought
    if kind == "follow":
        first, second = rng.sample(list(CAPITALS), 2)
        messages = [turn("user", f"What is the capital of {first}?"), turn("assistant", f"The capital of {first} is {CAPITALS[first]}."),
                    turn("user", rng.choice([f"And of {second}?", f"And {second}?", f"What about {second}?"]))]
        thought = f"Now it is about {second}, whose capital is {CAPITALS[second]}."
        return kind, [*system, *messages], None, f"The capital of {second} is {CAPITALS[second]}.", thought
    if kind == "memory":
        name = rng.choice(NAMES)
        between = []
        for _ in range(rng.choice([0, 1, 1, 2])):
            ask, answer, _thought = fact(rng)
            between += [turn("user", ask), turn("assistant", answer)]
        messages = [turn("user", rng.choice([f"My name is {name}.", f"Hello, I am {name}."])), turn("assistant", f"Nice to meet you, {name}.")]
        if rng.random() < .25:
            return kind, [*system, messages[0]], None, f"Nice to meet you, {name}.", f"{name} says hello."
        return (kind, [*system, *messages, *between, turn("user", rng.choice(["What is my name?", "Who am I?", "Do you know my name?"]))], None,
                f"Your name is {name}.", f"{name} told me the name at the beginning.")
    if kind == "story":
        ask, answer = story(rng)
        return kind, [*system, turn("user", ask)], None, answer, "A story wants a name, a place and a find."
    if kind == "json":
        ask, value, thought = extraction(rng)
        return kind, [*system, turn("user", ask)], None, json.dumps(value), thought
    if kind == "shout":
        ask, answer, thought = fact(rng)
        system = turn("system", rng.choice(["Answer in capital letters.", "Write everything in capital letters."]))
        return kind, [system, turn("user", ask)], None, answer.upper(), thought
    if kind == "direct":
        _names, tools = some_tools(rng)
        ask, answer, thought = rng.choice([fact, lambda r: (*story(r), "A story needs no function.")])(rng)
        if any(word in ask for word in ("+", "*", "times")):
            ask, answer, thought = "Hello!", "Hello! How can I help you?", "It is a greeting. I greet back."
        return kind, [*system, turn("user", ask)], tools, answer, thought
    wanted = rng.choice(TOOLS)
    names, tools = some_tools(rng, wanted)
    ask, arguments, result, answer = wanted[3](rng)
    while answer is None:
        ask, arguments, result, answer = wanted[3](rng)
    name = names[id(wanted)]
    before = []
    if rng.random() < .25:
        first, said, _thought = fact(rng)
        before = [turn("user", first), turn("assistant", said)]
    messages = [*system, *before, turn("user", ask)]
    if kind == "call":
        return kind, messages, tools, call(name, arguments), f"The function {name} knows that."
    messages.append(dict(role="assistant", content="", tool_calls=[dict(type="function", function=dict(name=name, arguments=arguments))]))
    messages.append(turn("tool", result if isinstance(result, str) else json.dumps(result)))
    return kind, messages, tools, answer, f"The function {name} answered."


def held(messages):
    """Whether a conversation is kept out of training, by what the user says in it."""
    asked = "\n".join(message["content"] for message in messages if message["role"] == "user")
    return int(hashlib.sha256(asked.encode()).hexdigest()[:8], 16) % 25 == 0
