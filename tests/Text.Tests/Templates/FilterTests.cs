namespace LmDeploy.Text.Tests.Templates;

/// <summary>Filters. Expectations are Jinja2 3.1.6's.</summary>
public sealed class FilterTests
{
    [Theory]
    [InlineData("{{ ' a ' | trim }}|{{ 'xxaxx' | trim('x') }}|{{ n | trim }}", "a|a|7")]
    [InlineData("{{ 'aBc' | upper }}|{{ 'aBc' | lower }}|{{ 'hELLO wORLD' | capitalize }}|{{ 'hello wORLD-foo (bar' | title }}|{{ \"it's\" | title }}",
        "ABC|abc|Hello world|Hello World-Foo (Bar|It's")]
    [InlineData(
        "{{ 'aaa' | replace('a', 'b') }}|{{ 'aaa' | replace('a', 'b', 2) }}|{{ 'abc' | replace('', '-') }}|{{ 12 | replace(1, 'x') }}"
        + "|{{ 'a' | replace('a', none) }}",
        "bbb|bba|-a-b-c-|x2|None")]
    [InlineData(
        "{{ lines | indent }}|{{ lines | indent(2, true) }}|{{ lines | indent('> ', first=true, blank=true) }}|{{ '' | indent }}|{{ 'a\\n' | indent }}",
            "one\n    two\n\n    three|  one\n  two\n\n  three|> one\n> two\n> \n> three||a\n")]
    [InlineData(
        "{{ 'foo bar baz qux' | truncate(9) }}|{{ 'foo bar baz qux' | truncate(9, true) }}|{{ 'foo bar baz qux' | truncate(11) }}"
        + "|{{ 'foo bar baz qux' | truncate(11, false, '...', 0) }}",
        "foo...|foo ba...|foo bar baz qux|foo bar...")]
    [InlineData("{{ 'one two_three, four' | wordcount }}", "3")]
    [InlineData("{{ '%s is %d' | format('x', 5) }}|{{ '%(a)s' | format(a=1) }}", "x is 5|1")]
    [InlineData("{{ 'ab' | center(6) }}|{{ 'a' | center(4) }}|", "  ab  | a  |")]
    [InlineData(
        "{{ html | e }}|{{ html | escape | e }}|{{ html | safe }}|{{ html | forceescape }}",
        "&lt;a href=&#34;x&#34;&gt;&amp;&#39;&lt;/a&gt;|&lt;a href=&#34;x&#34;&gt;&amp;&#39;&lt;/a&gt;|<a href=\"x\">&'</a>|"
        + "&lt;a href=&#34;x&#34;&gt;&amp;&#39;&lt;/a&gt;")]
    [InlineData(
        "{{ ('<b>' | safe) + '<i>' }}|{{ '<i>' + ('<b>' | safe) }}|{{ '<' ~ ('<b>' | safe) }}|{{ ('<b>' | safe) | upper }}|{{ ('%s' | safe) % '<' }}"
        + "|{{ ['<', '<b>' | safe] | join }}|{{ [('a' | safe)] }}",
        "<b>&lt;i&gt;|&lt;i&gt;<b>|<<b>|<B>|&lt;|<<b>|[Markup('a')]")]
    [InlineData("{{ n | string }}|{{ none | string }}|{{ [1] | string }}|{{ 1.0 | string }}|{{ missing | string }}", "7|None|[1]|1.0|")]
    [InlineData("{{ 'a b/ü?&' | urlencode }}|{{ {'a': 1, 'b c': 'd e'} | urlencode }}", "a%20b/%C3%BC%3F%26|a=1&b+c=d+e")]
    [InlineData("{{ 'straße' | upper | lower }}|{{ 'ÀÉ' | lower }}", "strasse|àé")]
    public void Text(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ n | indent }}", "TypeError: unsupported operand type(s) for +=: 'int' and 'str'")]
    [InlineData("{{ '%d' | format('a') }}", "TypeError: %d format: a real number is required, not str")]
    [InlineData("{{ '%s %s' | format(1) }}", "TypeError: not enough arguments for format string")]
    [InlineData("{{ '%s' | format(1, 2) }}", "TypeError: not all arguments converted during string formatting")]
    public void TextFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData(
        "{{ '42' | int }}|{{ '42.9' | int }}|{{ 'x' | int }}|{{ 'x' | int(7) }}|{{ 3.9 | int }}|{{ -3.9 | int }}|{{ true | int }}|{{ none | int }}"
        + "|{{ '0x1f' | int(0, 16) }}|{{ ' 5 ' | int }}|{{ '1_000' | int }}|{{ [] | int }}|{{ '-7' | int }}|{{ '101' | int(base=2) }}|{{ '1e3' | int }}"
        + "|{{ 'inf' | int }}",
        "42|42|0|7|3|-3|1|0|31|5|1000|0|-7|5|1000|0")]
    [InlineData(
        "{{ '1.5' | float }}|{{ 'x' | float }}|{{ 'x' | float(2.5) }}|{{ 3 | float }}|{{ 'inf' | float }}|{{ '-Infinity' | float }}|{{ 'nan' | float }}"
        + "|{{ ' 1e3 ' | float }}|{{ '.5' | float }}|{{ '5.' | float }}|{{ none | float }}",
        "1.5|0.0|2.5|3.0|inf|-inf|nan|1000.0|0.5|5.0|0.0")]
    [InlineData("{{ -5 | abs }}|{{ (-5) | abs }}|{{ (-2.5) | abs }}|{{ true | abs }}", "5|5|2.5|1")]
    [InlineData(
        "{{ 2.5 | round }}|{{ 3.5 | round }}|{{ 2.675 | round(2) }}|{{ 42.55 | round(1) }}|{{ 42.55 | round(1, 'floor') }}|{{ 42.51 | round(0, 'ceil') }}"
        + "|{{ 15 | round(-1) }}|{{ 25 | round(-1) }}|{{ 1234.5 | round(-2) }}|{{ 5 | round }}|{{ 0.1 | round(20) }}|{{ 1e300 | round(2) }}"
        + "|{{ 5 | round(1, 'floor') }}",
        "2.0|4.0|2.67|42.5|42.5|43.0|20|20|1200.0|5|0.1|1e+300|5.0")]
    [InlineData(
        "{{ items | sum }}|{{ [1.5, 2] | sum }}|{{ users | sum('age') }}|{{ users | sum(attribute='age', start=10) }}|{{ [[1], [2]] | sum(start=[]) }}",
            "6|3.5|85|95|[1, 2]")]
    [InlineData(
        "{{ items | min }}|{{ items | max }}|{{ words | min }}|{{ words | max }}|{{ empty | max }}|{{ users | max(attribute='age') }}"
        + "|{{ ['b', 'A'] | min(true) }}",
        "1|3|A|c||{'name': 'Bob', 'age': 30, 'tags': ['x']}|A")]
    public void Numbers(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 'a' | abs }}", "TypeError: bad operand type for abs(): 'str'")]
    [InlineData("{{ 'a' | round }}", "TypeError: type str doesn't define __round__ method")]
    [InlineData("{{ 1 | round(0, 'bad') }}", "method must be common, ceil or floor")]
    [InlineData("{{ ['a'] | sum }}", "TypeError: unsupported operand type(s) for +: 'int' and 'str'")]
    [InlineData("{{ [1, 'a'] | max }}", "TypeError: '>' not supported between instances of 'str' and 'int'")]
    public void NumbersFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("{{ items | length }}|{{ 'añ😀' | count }}|{{ d | length }}|{{ d.items() | length }}", "3|3|3|3")]
    [InlineData(
        "{{ items | first }}|{{ items | last }}|{{ empty | first }}|{{ empty | last }}|{{ 'abc' | first }}|{{ 'abc' | last }}|{{ d | first }}|{{ d | last }}"
        + "|{{ (items | map('string')) | first }}",
        "1|3|||a|c|b|items|1")]
    [InlineData("{{ 'abc' | list }}|{{ d | list }}|{{ (1, 2) | list }}|{{ range(2) | list }}", "['a', 'b', 'c']|['b', 'a', 'items']|[1, 2]|[0, 1]")]
    [InlineData(
        "{{ items | reverse | list }}|{{ 'abc' | reverse }}|{{ d | reverse | list }}|{{ items | map('string') | reverse | list }}|{{ (1,2) | reverse | list }}",
        "[3, 2, 1]|cba|['items', 'a', 'b']|['3', '2', '1']|[2, 1]")]
    [InlineData(
        "{{ items | join }}|{{ items | join(', ') }}|{{ users | join('-', attribute='name') }}|{{ [none, 1.0, true, missing] | join(',') }}"
        + "|{{ 'abc' | join('.') }}|{{ d | join(',') }}",
        "123|1, 2, 3|Bob-alice-Carl|None,1.0,True,|a.b.c|b,a,items")]
    [InlineData("{{ d | items | list }}|{{ missing | items | list }}", "[('b', 1), ('a', {'x': [1, {'y': None}]}), ('items', 'own')]|[]")]
    [InlineData("{{ range(7) | batch(3) | list }}|{{ range(7) | batch(3, 'x') | list }}|{{ empty | batch(2) | list }}",
        "[[0, 1, 2], [3, 4, 5], [6]]|[[0, 1, 2], [3, 4, 5], [6, 'x', 'x']]|[]")]
    [InlineData("{{ range(7) | slice(3) | list }}|{{ range(7) | slice(3, 'x') | list }}|{{ range(2) | slice(3) | list }}",
        "[[0, 1, 2], [3, 4], [5, 6]]|[[0, 1, 2], [3, 4, 'x'], [5, 6, 'x']]|[[0], [1], []]")]
    [InlineData(
        "{{ ['a', 'A', 'b'] | unique | list }}|{{ ['a', 'A'] | unique(true) | list }}|{{ [1, 1.0, true, 2] | unique | list }}"
        + "|{{ users | unique(attribute='age') | map(attribute='name') | list }}",
        "['a', 'b']|['a', 'A']|[1, 2]|['Bob', 'alice']")]
    [InlineData(
        "{{ words | sort }}|{{ words | sort(true) }}|{{ words | sort(case_sensitive=true) }}"
        + "|{{ users | sort(attribute='age,name') | map(attribute='name') | list }}"
        + "|{{ users | sort(attribute='age', reverse=true) | map(attribute='name') | list }}|{{ [3,1,2] | sort | first }}|{{ 'bca' | sort }}|{{ d | sort }}",
        "['A', 'b', 'c']|['c', 'b', 'A']|['A', 'b', 'c']|['alice', 'Bob', 'Carl']|['Bob', 'Carl', 'alice']|1|['a', 'b', 'c']|['a', 'b', 'items']")]
    [InlineData("{{ {'b': 1, 'A': 2} | dictsort }}|{{ {'b': 1, 'A': 2} | dictsort(true) }}|{{ {'b': 1, 'A': 2} | dictsort(by='value', reverse=true) }}",
        "[('A', 2), ('b', 1)]|[('A', 2), ('b', 1)]|[('A', 2), ('b', 1)]")]
    [InlineData("{% for g in users | groupby('age') %}{{ g.grouper }}:{{ g.list | map(attribute='name') | join(',') }};{% endfor %}", "25:alice;30:Bob,Carl;")]
    [InlineData("{% for age, us in users | groupby('age') %}{{ age }}{{ us | length }};{% endfor %}", "251;302;")]
    [InlineData("{{ users | groupby('nope', default='z') | first | first }}", "z")]
    public void Sequences(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ items | map('string') | length }}", "TypeError: object of type 'generator' has no len()")]
    [InlineData("{{ (items | map('string'))[0].x }}", "generator object has no element 0")]
    [InlineData("{{ 5 | length }}", "TypeError: object of type 'int' has no len()")]
    [InlineData("{{ 5 | list }}", "TypeError: 'int' object is not iterable")]
    [InlineData("{{ [1, 'a'] | sort }}", "TypeError: '<' not supported between instances of 'str' and 'int'")]
    [InlineData("{{ items | map('string') | last }}", "TypeError: 'generator' object is not reversible")]
    [InlineData("{{ 5 | join }}", "TypeError: 'int' object is not iterable")]
    [InlineData("{{ 5 | items }}{{ 5 | items | list }}", "TypeError: Can only get item pairs from a mapping.")]
    [InlineData("{{ 5 | reverse }}", "argument must be iterable")]
    [InlineData("{{ [[1], [2]] | unique | list }}", "TypeError: unhashable type: 'list'")]
    [InlineData("{{ 5 | first }}", "TypeError: 'int' object is not iterable")]
    public void SequencesFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData(
        "{{ items | select('odd') | list }}|{{ items | select | list }}|{{ [0, 1, ''] | select | list }}|{{ items | reject('odd') | list }}"
        + "|{{ items | select('gt', 1) | list }}|{{ items | select('in', [1, 3]) | list }}|{{ [1, none] | reject('none') | list }}",
        "[1, 3]|[1, 2, 3]|[1]|[2]|[2, 3]|[1, 3]|[1]")]
    [InlineData(
        "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list }}"
        + "|{{ messages | rejectattr('role', '==', 'system') | list | length }}|{{ users | selectattr('tags') | map(attribute='name') | list }}"
        + "|{{ users | selectattr('tags', 'defined') | list | length }}|{{ messages | selectattr('role', 'in', ['user', 'system']) | list | length }}",
        "['U1', 'U2']|3|['Bob']|2|3")]
    [InlineData("{{ missing | map('upper') | list }}|{{ missing | selectattr('x') | list }}|{{ none | select | list }}", "[]|[]|[]")]
    public void Selection(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData(
        "{{ items | map('string') | list }}|{{ users | map(attribute='name') | list }}|{{ users | map(attribute='tags.0') | list }}"
        + "|{{ users | map(attribute='zip', default='-') | list }}|{{ words | map('upper') | join }}|{{ [' a '] | map('trim') | list }}"
        + "|{{ ['ab'] | map('replace', 'a', 'x') | list }}|{{ [[1, 2]] | map(attribute=0) | list }}",
        "'dict object' has no attribute 'tags'")]
    [InlineData("{{ items | map | list }}", "map requires a filter argument")]
    [InlineData("{{ items | map('nope') | list }}", "No filter named 'nope'.")]
    [InlineData("{{ items | select('nope') | list }}", "No test named 'nope'.")]
    [InlineData("{{ items | selectattr | list }}", "Missing parameter for attribute name")]
    [InlineData("{{ users | map(attribute='a.b') | list }}", "'dict object' has no attribute 'a'")]
    [InlineData("{{ 5 | map('upper') | list }}", "TypeError: 'int' object is not iterable")]
    public void SelectionFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData(
        "{{ missing | default('d') }}|{{ none | default('d') }}|{{ '' | default('d', true) }}|{{ '' | d('d', boolean=true) }}|{{ missing | d }}"
        + "|{{ 0 | default(1) }}|{{ d.zz | default('q') }}",
        "d|None|d|d||0|q")]
    [InlineData("{{ d | attr('b') }}|{{ d | attr('keys') is callable }}", "|True")]
    [InlineData(
        "{{ d | pprint }}|{{ items | pprint }}|{{ messages | pprint }}|{{ 'a' | pprint }}|{{ {'k': messages, 'a': (messages,)} | pprint }}",
        "{'a': {'x': [1, {'y': None}]}, 'b': 1, 'items': 'own'}|[1, 2, 3]|[{'content': 'S', 'role': 'system'},\n {'content': 'U1', "
        + "'role': 'user'},\n {'content': 'A1', 'role': 'assistant'},\n {'content': 'U2', 'role': 'user'}]|'a'|{'a': ([{'content': 'S', "
        + "'role': 'system'},\n        {'content': 'U1', 'role': 'user'},\n        {'content': 'A1', 'role': 'assistant'},\n        {'content': 'U2', "
        + "'role': 'user'}],),\n 'k': [{'content': 'S', 'role': 'system'},\n       {'content': 'U1', 'role': 'user'},\n       {'content': 'A1', "
        + "'role': 'assistant'},\n       {'content': 'U2', 'role': 'user'}]}")]
    public void Values(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ d | tojson }}", "{\"b\": 1, \"a\": {\"x\": [1, {\"y\": null}]}, \"items\": \"own\"}")]
    [InlineData("{{ d | tojson(indent=2) }}",
        "{\n  \"b\": 1,\n  \"a\": {\n    \"x\": [\n      1,\n      {\n        \"y\": null\n      }\n    ]\n  },\n  \"items\": \"own\"\n}")]
    [InlineData("{{ [] | tojson(indent=2) }}{{ {} | tojson(indent=2) }}{{ [[], {}] | tojson(indent=1) }}", "[]{}[\n [],\n {}\n]")]
    [InlineData("{{ ['é<>&\\'\"/\\\\\\n\\t\\r\\b\\f\\x01\\x7f😀'] | tojson }}", "[\"é<>&'\\\"/\\\\\\n\\t\\r\\b\\f\\u0001\u007f😀\"]")]
    [InlineData("{{ ['é😀\\x7f'] | tojson(ensure_ascii=true) }}", "[\"\\u00e9\\ud83d\\ude00\\u007f\"]")]
    [InlineData("{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }}|{{ {'b': 1} | tojson(separators=(',', ':')) }}|{{ {'b': [1, 2]} | tojson(indent='--') }}",
        "{\"a\": 2, \"b\": 1}|{\"b\":1}|{\n--\"b\": [\n----1,\n----2\n--]\n}")]
    [InlineData("{{ [1.0, 1e20, 0.1, 1e-7, true, none, 12345678901234567890] | tojson }}", "[1.0, 1e+20, 0.1, 1e-07, true, null, 12345678901234567890]")]
    [InlineData("{{ {1: 'a', none: 'b', true: 'c', 1.5: 'd'} | tojson }}|{{ (1, 2) | tojson }}", "{\"1\": \"c\", \"null\": \"b\", \"1.5\": \"d\"}|[1, 2]")]
    [InlineData("{{ [1e999, -1e999] | tojson }}", "[Infinity, -Infinity]")]
    [InlineData("{{ 'x' | tojson }}|{{ 5 | tojson }}|{{ none | tojson }}", "\"x\"|5|null")]
    public void Json(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ d.items() | tojson }}", "TypeError: Object of type dict_items is not JSON serializable")]
    [InlineData("{{ items | map('string') | tojson }}", "TypeError: Object of type generator is not JSON serializable")]
    [InlineData("{{ {(1, 2): 3} | tojson }}", "TypeError: keys must be str, int, float, bool or None, not tuple")]
    [InlineData("{{ namespace() | tojson }}", "TypeError: Object of type Namespace is not JSON serializable")]
    [InlineData("{{ range(3) | tojson }}", "TypeError: Object of type range is not JSON serializable")]
    public void JsonFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);
}
