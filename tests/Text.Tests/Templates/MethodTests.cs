namespace LmDeploy.Text.Tests.Templates;

/// <summary>The methods of Python's types. Expectations are Jinja2 3.1.6's.</summary>
public sealed class MethodTests
{
    [Theory]
    [InlineData(
        "[{{ '  a b '.strip() }}][{{ '  a '.lstrip() }}][{{ ' a  '.rstrip() }}][{{ 'xyaxy'.strip('xy') }}][{{ 'xya'.lstrip('yx') }}][{{ '😀a😀'.strip('😀') "
        + "}}][{{ '\\n a\\t'.strip() }}][{{ ' a '.strip(none) }}]",
        "[a b][a ][ a][a][a][a][a][a]")]
    [InlineData(
        "{{ 'a b  c'.split() }}|{{ 'a,b,,c'.split(',') }}|{{ 'a,b,c'.split(',', 1) }}|{{ ' a  b c '.split(none, 1) }}|{{ ''.split() }}|{{ ''.split(',') }}"
        + "|{{ 'a<x>b'.split('<x>') }}|{{ 'a b c'.split(maxsplit=1) }}",
        "['a', 'b', 'c']|['a', 'b', '', 'c']|['a', 'b,c']|['a', 'b c ']|[]|['']|['a', 'b']|['a', 'b c']")]
    [InlineData("{{ 'a,b,c'.rsplit(',', 1) }}|{{ ' a b  c '.rsplit(none, 1) }}|{{ 'a'.rsplit(',') }}|{{ 'a b'.rsplit() }}",
        "['a,b', 'c']|[' a b', 'c']|['a']|['a', 'b']")]
    [InlineData("{{ 'a\\nb\\r\\nc\\rd\\n'.splitlines() }}|{{ 'a\\nb'.splitlines(true) }}|{{ ''.splitlines() }}", "['a', 'b', 'c', 'd']|['a\\n', 'b']|[]")]
    [InlineData(
        "{{ 'abc'.startswith('ab') }}|{{ 'abc'.startswith(('x', 'a')) }}|{{ 'abc'.startswith('b', 1) }}|{{ 'abc'.endswith('bc') }}"
        + "|{{ 'abc'.endswith('b', 0, 2) }}|{{ 'abc'.startswith('') }}|{{ 'abc'.startswith('', 4) }}",
        "True|True|True|True|True|True|False")]
    [InlineData(
        "{{ 'aXbX'.replace('X', '-') }}|{{ 'aXbX'.replace('X', '-', 1) }}|{{ 'ab'.replace('', '.') }}|{{ 'ab'.replace('', '.', 2) }}"
        + "|{{ 'ab'.replace('q', '.') }}",
        "a-b-|a-bX|.a.b.|.a.b|ab")]
    [InlineData(
        "{{ 'aB'.upper() }}|{{ 'aB'.lower() }}|{{ \"they're bill's 3rd\".title() }}|{{ 'hELLO World'.capitalize() }}|{{ 'aBc'.swapcase() }}"
        + "|{{ 'AbC'.casefold() }}",
        "AB|ab|They'Re Bill'S 3Rd|Hello world|AbC|abc")]
    [InlineData("{{ ','.join(['a', 'b']) }}|{{ ''.join(words) }}|{{ '-'.join('abc') }}|{{ ','.join([]) }}", "a,b|bAc|a-b-c|")]
    [InlineData(
        "{{ 'abcabc'.find('c') }}|{{ 'abcabc'.rfind('c') }}|{{ 'abc'.find('x') }}|{{ 'abcabc'.find('a', 1) }}|{{ 'abcabc'.index('b') }}"
        + "|{{ 'abcabc'.rindex('b') }}|{{ 'abcabc'.count('bc') }}|{{ 'aaa'.count('aa') }}|{{ 'abc'.count('') }}|{{ 'abc'.find('') }}|{{ 'abc'.find('', 9) }}"
        + "|{{ 'abcabc'.find('c', -2) }}|{{ 'a😀b😀c'.rfind('😀') }}",
        "2|5|-1|3|1|4|2|1|4|0|-1|5|3")]
    [InlineData(
        "{{ 'prefix-x'.removeprefix('prefix-') }}|{{ 'x.txt'.removesuffix('.txt') }}|{{ 'x'.removeprefix('y') }}|{{ 'x'.removesuffix('') }}", "x|x|x|x")]
    [InlineData(
        "{{ '12'.isdigit() }}|{{ 'a'.isalpha() }}|{{ ''.isalpha() }}|{{ 'a1'.isalnum() }}|{{ ' '.isspace() }}|{{ 'A'.isupper() }}|{{ 'a'.islower() }}"
        + "|{{ 'Ab Cd'.istitle() }}|{{ '²'.isdigit() }}|{{ '²'.isdecimal() }}|{{ '½'.isnumeric() }}|{{ 'é'.isascii() }}|{{ 'a_1'.isidentifier() }}"
        + "|{{ '中'.isalpha() }}",
        "True|True|False|True|True|True|True|True|True|False|True|False|True|True")]
    [InlineData(
        "{{ '7'.zfill(3) }}|{{ '-7'.zfill(4) }}|{{ 'ab'.center(7, '*') }}|{{ 'ab'.center(5) }}|{{ 'abc'.center(6) }}|{{ 'a'.ljust(3) }}"
        + "|{{ 'a'.rjust(3, '.') }}|{{ 'abc'.zfill(2) }}",
        "007|-007|***ab**|  ab | abc  |a  |..a|abc")]
    [InlineData("{{ 'a=b=c'.partition('=') }}|{{ 'a=b=c'.rpartition('=') }}|{{ 'a'.partition('=') }}|{{ 'a'.rpartition('=') }}|{{ 'a\\tb'.expandtabs(4) }}",
        "('a', '=', 'b=c')|('a=b', '=', 'c')|('a', '', '')|('', '', 'a')|a   b")]
    public void Strings(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 'a'.split('') }}", "ValueError: empty separator")]
    [InlineData("{{ 'a'.index('b') }}", "ValueError: substring not found")]
    [InlineData("{{ ','.join([1]) }}", "TypeError: sequence item 0: expected str instance, int found")]
    [InlineData("{{ 'a'.nope() }}", "'str object' has no attribute 'nope'")]
    [InlineData("{{ 'a'.startswith(1) }}", "TypeError: startswith first arg must be str or a tuple of str, not int")]
    [InlineData("{{ 'abc'.center(5, 'xx') }}", "TypeError: The fill character must be exactly one character long")]
    public void StringsFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData(
        "{{ d.keys() }}|{{ d.values() }}|{{ {'a': 1}.items() }}|{{ d.keys() | list }}|{{ {'a': 1}.items() | list }}|{{ d.get('b') }}|{{ d.get('q') }}"
        + "|{{ d.get('q', 5) }}|{{ {'a': 1}.copy() }}|{{ d.keys() | length }}|{{ 'b' in d.keys() }}|{{ 1 in d.values() }}|{{ ('b', 1) in d.items() }}",
        "dict_keys(['b', 'a', 'items'])|dict_values([1, {'x': [1, {'y': None}]},"
        + " 'own'])|dict_items([('a', 1)])|['b', 'a', 'items']|[('a', 1)]|1|None|5|{'a': 1}|3|True|True|True")]
    [InlineData("{{ items.index(2) }}|{{ items.count(1) }}|{{ (1, 2, 1).count(1) }}|{{ items.copy() }}|{{ (1, 2).index(2) }}", "1|1|2|[1, 2, 3]|1")]
    [InlineData("{{ f.is_integer() }}|{{ n.bit_length() }}", "False|3")]
    public void Containers(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ items.index(9) }}", "ValueError: 9 is not in list")]
    [InlineData("{{ items.pop() }}", "access to attribute 'pop' of 'list' object is unsafe.")]
    [InlineData("{{ items.sort() }}", "access to attribute 'sort' of 'list' object is unsafe.")]
    [InlineData("{{ d.pop('b') }}", "access to attribute 'pop' of 'dict' object is unsafe.")]
    [InlineData("{{ d.setdefault('a', 1) }}", "access to attribute 'setdefault' of 'dict' object is unsafe.")]
    [InlineData("{{ d.get([]) }}", "TypeError: unhashable type: 'list'")]
    [InlineData("{{ d.clear() }}", "access to attribute 'clear' of 'dict' object is unsafe.")]
    [InlineData("{{ items.extend([1]) }}{{ items.insert(0, 1) }}", "access to attribute 'extend' of 'list' object is unsafe.")]
    public void ContainersFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);
}
