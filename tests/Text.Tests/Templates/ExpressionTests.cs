namespace LmDeploy.Text.Tests.Templates;

/// <summary>Literals, operators and access. Expectations are Jinja2 3.1.6's.</summary>
public sealed class ExpressionTests
{
    [Theory]
    [InlineData("{{ 1 }}|{{ 1.0 }}|{{ 1e3 }}|{{ 1_000 }}|{{ 0x1F }}|{{ 0b101 }}|{{ 0o17 }}|{{ 00 }}", "1|1.0|1000.0|1000|31|5|15|0")]
    [InlineData("{{ 'a' \"b\" 'c' }}", "abc")]
    [InlineData("{{ 'it\\'s' }}|{{ \"q\\\"\" }}", "it's|q\"")]
    [InlineData("{{ '\\n\\t\\x41\\u00e9\\U0001F600\\101\\q\\\\' }}", "\n\tAé😀A\\q\\")]
    [InlineData("{{ true }}{{ True }}{{ none }}{{ None }}{{ false }}", "TrueTrueNoneNoneFalse")]
    [InlineData("{{ [1, 'a', none, true, 1.5, [2], (3,), {'k': 'v'}] }}", "[1, 'a', None, True, 1.5, [2], (3,), {'k': 'v'}]")]
    [InlineData("{{ () }}{{ (1,) }}{{ (1, 2) }}{{ [] }}{{ {} }}", "()(1,)(1, 2)[]{}")]
    [InlineData("{{ 1, 2 }}", "(1, 2)")]
    [InlineData("{{ {'a': 1, 2: 'b', (1, 2): [3]} }}", "{'a': 1, 2: 'b', (1, 2): [3]}")]
    [InlineData("{{ [\"it's\", 'say \"x\"', 'both \\' and \"', 'tab\\t', 'nl\\n', 'back\\\\'] }}",
        "[\"it's\", 'say \"x\"', 'both \\' and \"', 'tab\\t', 'nl\\n', 'back\\\\']")]
    [InlineData("{{ ['é', '中', '\\x00', '\\x7f', '\\xa0', '\\u200b', '\\u2028', '\\U0001F600'] }}",
        "['é', '中', '\\x00', '\\x7f', '\\xa0', '\\u200b', '\\u2028', '😀']")]
    [InlineData(
        "{{ 1.5e-7 }}|{{ 1e16 }}|{{ 123456789012345680.0 }}|{{ 0.0001 }}|{{ 0.00001 }}|{{ 1e100 }}|{{ 0.1 + 0.2 }}|{{ 100.0 }}|{{ 1e22 }}|{{ 5e-324 }}"
        + "|{{ 1.7976931348623157e308 }}|{{ 1e999 }}|{{ -0.0 }}",
        "1.5e-07|1e+16|1.2345678901234568e+17|0.0001|1e-05|1e+100|0.30000000000000004|100.0|1e+22|5e-324|1.7976931348623157e+308|inf|-0.0")]
    [InlineData("{{ 123456789012345678901234567890 }}", "123456789012345678901234567890")]
    [InlineData("{{ [1,2,] }}{{ {'a':1,} }}{{ (1,2,) }}", "[1, 2]{'a': 1}(1, 2)")]
    [InlineData("{{ 'a\\\nb' }}", "ab")]
    public void Literals_PrintAsInPython(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 007 }}", "expected token 'end of print statement', got 'integer'")]
    public void Literals_PrintAsInPythonFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("{{ 7 // 2 }}|{{ -7 // 2 }}|{{ 7 // -2 }}|{{ 7 % 3 }}|{{ -7 % 3 }}|{{ 7 % -3 }}|{{ 7 / 2 }}|{{ 6 / 2 }}|{{ 2 ** 10 }}|{{ 2 ** -1 }}",
        "3|-4|-4|1|2|-2|3.5|3.0|1024|0.5")]
    [InlineData("{{ 7.5 // 2 }}|{{ -7.5 // 2 }}|{{ 7.5 % 2 }}|{{ -7.5 % 2 }}|{{ 7.5 % -2 }}|{{ -0.0 % 3 }}|{{ 1e300 * 10 }}",
        "3.0|-4.0|1.5|0.5|-0.5|0.0|1e+301")]
    [InlineData("{{ 2 ** 3 ** 2 }}|{{ -2 ** 2 }}|{{ 2 * -3 }}|{{ - 3 }}|{{ +3 }}|{{ --3 }}", "64|4|-6|-3|3|3")]
    [InlineData("{{ 1 + 2 * 3 - 4 / 2 }}", "5.0")]
    [InlineData("{{ true + true }}|{{ true * 3 }}|{{ -true }}|{{ 1 + 1.5 }}", "2|3|-1|2.5")]
    [InlineData("{{ 'a' + 'b' }}|{{ 'ab' * 3 }}|{{ 3 * 'ab' }}|{{ 'a' * 0 }}|{{ 'a' * -1 }}|{{ [1] + [2] }}|{{ [1, 2] * 2 }}|{{ (1,) + (2,) }}|{{ (1,) * 2 }}",
        "ab|ababab|ababab|||[1, 2]|[1, 2, 1, 2]|(1, 2)|(1, 1)")]
    [InlineData("{{ 1 ~ 'a' ~ none ~ 1.0 ~ [1] }}", "1aNone1.0[1]")]
    [InlineData("{{ 2 ** 200 }}", "1606938044258990275541962092341162602522202993782792835301376")]
    [InlineData("{{ 10 ** 20 // 3 }}|{{ 10 ** 20 % 7 }}|{{ -(10 ** 20) // 3 }}", "33333333333333333333|2|-33333333333333333334")]
    [InlineData("{{ 0 ** 0 }}|{{ 0.0 ** 0 }}|{{ 4 ** 0.5 }}|{{ 1 ** 1000000 }}|{{ (-1) ** 1000001 }}", "1|1.0|2.0|1|-1")]
    public void Arithmetic_FollowsPython(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 1 ~ 2 + 3 }}|{{ 1 + 2 ~ 3 }}", "TypeError: can only concatenate str (not \"int\") to str")]
    [InlineData("{{ 1 / 0 }}", "ZeroDivisionError: division by zero")]
    [InlineData("{{ 1 // 0 }}", "ZeroDivisionError: integer division or modulo by zero")]
    [InlineData("{{ 1 % 0 }}", "ZeroDivisionError: integer modulo by zero")]
    [InlineData("{{ 'a' + 1 }}", "TypeError: can only concatenate str (not \"int\") to str")]
    [InlineData("{{ 1 + 'a' }}", "TypeError: unsupported operand type(s) for +: 'int' and 'str'")]
    [InlineData("{{ [1] + 'a' }}", "TypeError: can only concatenate list (not \"str\") to list")]
    [InlineData("{{ 1 - 'a' }}", "TypeError: unsupported operand type(s) for -: 'int' and 'str'")]
    [InlineData("{{ {} + {} }}", "TypeError: unsupported operand type(s) for +: 'dict' and 'dict'")]
    [InlineData("{{ -'a' }}", "TypeError: bad operand type for unary -: 'str'")]
    [InlineData("{{ 'a' * 'b' }}", "TypeError: can't multiply sequence by non-int of type 'str'")]
    [InlineData("{{ 'a' - 'b' }}", "TypeError: unsupported operand type(s) for -: 'str' and 'str'")]
    [InlineData("{{ none + 1 }}", "TypeError: unsupported operand type(s) for +: 'NoneType' and 'int'")]
    [InlineData("{{ 'a' * 1.5 }}", "TypeError: can't multiply sequence by non-int of type 'float'")]
    public void Arithmetic_FollowsPythonFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("{{ 1 < 2 < 3 }}|{{ 1 < 3 < 2 }}|{{ 1 == 1.0 == true }}|{{ 1 != 2 }}|{{ 'a' < 'b' }}|{{ 'a' < 'B' }}|{{ 2 >= 2 }}|{{ 2 <= 1 }}",
        "True|False|True|True|True|False|True|False")]
    [InlineData(
        "{{ [1, 2] < [1, 3] }}|{{ [1] < [1, 2] }}|{{ (1, 2) == (1, 2) }}|{{ [1] == (1,) }}|{{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1.0} }}|{{ 'a' == 1 }}"
        + "|{{ none == none }}|{{ none == false }}",
        "True|True|True|False|True|False|True|False")]
    [InlineData("{{ 9007199254740993 == 9007199254740992.0 }}|{{ 9007199254740993 > 9007199254740992.0 }}", "False|True")]
    [InlineData(
        "{{ 1 in [1, 2] }}|{{ 3 not in [1, 2] }}|{{ 'a' in 'abc' }}|{{ '' in '' }}|{{ 'a' in d }}|{{ 1 in (1,) }}|{{ true in [1] }}|{{ 'x' in missing }}"
        + "|{{ 2 in range(3) }}",
        "True|True|True|True|True|True|True|False|True")]
    [InlineData("{{ '\\U0001F600' > '\\uffee' }}|{{ 'é' > 'z' }}", "True|True")]
    [InlineData("{{ missing == missing2 }}|{{ missing != 1 }}|{{ missing == none }}", "True|True|False")]
    [InlineData("{{ (1e999-1e999) == (1e999-1e999) }}", "False")]
    public void Comparison_FollowsPython(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 1 < 'a' }}", "TypeError: '<' not supported between instances of 'int' and 'str'")]
    [InlineData("{{ none < 1 }}", "TypeError: '<' not supported between instances of 'NoneType' and 'int'")]
    [InlineData("{{ [1] < (1,) }}", "TypeError: '<' not supported between instances of 'list' and 'tuple'")]
    [InlineData("{{ {} < {} }}", "TypeError: '<' not supported between instances of 'dict' and 'dict'")]
    [InlineData("{{ 1 in 5 }}", "TypeError: argument of type 'int' is not iterable")]
    [InlineData("{{ 1 in 'a' }}", "TypeError: 'in <string>' requires string as left operand, not int")]
    [InlineData("{{ [] in {} }}", "TypeError: unhashable type: 'list'")]
    [InlineData("{{ missing < 1 }}", "'missing' is undefined")]
    [InlineData("{{ 1 > missing }}", "'missing' is undefined")]
    public void Comparison_FollowsPythonFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("{{ 0 or 'a' }}|{{ '' and 1 }}|{{ 1 and 2 }}|{{ 1 or 2 }}|{{ not 1 }}|{{ not '' }}|{{ not missing }}|{{ not not 1 }}",
        "a||2|1|False|True|True|True")]
    [InlineData("{{ false or false or 'x' }}|{{ 1 and '' and 2 }}", "x|")]
    [InlineData("{{ true and raise_exception('no') if false else 'safe' }}", "safe")]
    [InlineData("{{ [] or {} or () or 'e' }}", "e")]
    [InlineData("{{ not 1 == 2 }}|{{ not 1 in [1] }}", "True|False")]
    [InlineData("{{ 'a' if yes }}|{{ 'a' if no }}|{{ 'a' if no else 'b' }}|{{ 'a' if no else 'b' if no else 'c' }}", "a||b|c")]
    [InlineData("{{ 1 if 2 if 0 else 3 }}", "3")]
    public void Logic_ReturnsOperands(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ ('a' if no).x }}", "the inline if-expression on line 1 evaluated to false and no else section was defined.")]
    public void Logic_ReturnsOperandsFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("{{ d.b }}|{{ d['b'] }}|{{ d.a.x[1].y }}|{{ d['a']['x'][0] }}|{{ d.missing }}|{{ d['missing'] }}", "1|1|None|1||")]
    [InlineData("{{ items[0] }}|{{ items[-1] }}|{{ items[5] }}|{{ items.0 }}|{{ text[0] }}|{{ text[-1] }}", "1|3||1|H|d")]
    [InlineData(
        "{{ items[1:] }}|{{ items[:-1] }}|{{ items[::-1] }}|{{ items[::2] }}|{{ items[5:] }}|{{ items[-2:] }}|{{ items[1:2] }}|{{ items[:] }}"
        + "|{{ items[10:0:-1] }}|{{ items[none:none] }}",
        "[2, 3]|[1, 2]|[3, 2, 1]|[1, 3]|[]|[2, 3]|[2]|[1, 2, 3]|[3, 2]|[1, 2, 3]")]
    [InlineData(
        "{{ text[1:5] }}|{{ text[::-1] }}|{{ text[-5:] }}|{{ text[7:100] }}|{{ (1,2,3)[1:] }}|{{ range(10)[2:8:3] }}|{{ range(10)[::-1] | list }}"
        + "|{{ range(5)[-1] }}",
        "ello|dlroW ,olleH|World|World|(2, 3)|range(2, 8, 3)|[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]|4")]
    [InlineData("{{ d['items'] }}|{{ d.items is callable }}", "own|True")]
    [InlineData("{{ emoji | length }}|{{ emoji[1] }}|{{ emoji[-3:] }}|{{ emoji[::-1][0:2] }}|{{ emoji.find('b') }}|{{ emoji.index('中') }}|{{ emoji[1:4] }}",
        "7|👩|b中é|é中|4|5|👩\u200d👩")]
    [InlineData("{{ {1: 'a', 'x': 'b', 1.0: 'c', true: 'e'} }}", "{1: 'e', 'x': 'b'}")]
    [InlineData("{{ {(1, 2): 'p'}[1, 2] }}", "p")]
    [InlineData("{{ name.missing }}", "")]
    [InlineData("{{ items.append }}", "")]
    [InlineData("{{ items[1.0] }}", "")]
    [InlineData("{{ d[[1]] }}", "")]
    public void Access_FindsAttributesAndItems(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ name.missing.deeper }}", "'str object' has no attribute 'missing'")]
    [InlineData("{{ missing.x }}", "'missing' is undefined")]
    [InlineData("{{ missing['x'] }}", "'missing' is undefined")]
    [InlineData("{{ missing.x.y is defined }}", "'missing' is undefined")]
    [InlineData("{{ items.append(4) }}", "access to attribute 'append' of 'list' object is unsafe.")]
    [InlineData("{{ d.update({}) }}", "access to attribute 'update' of 'dict' object is unsafe.")]
    [InlineData("{{ missing() }}", "'missing' is undefined")]
    [InlineData("{{ n() }}", "TypeError: 'int' object is not callable")]
    [InlineData("{{ n.x.y }}", "'int object' has no attribute 'x'")]
    [InlineData("{{ none.x.y }}", "'None' has no attribute 'x'")]
    [InlineData("{{ d['q']['r'] }}", "'dict object' has no attribute 'q'")]
    [InlineData("{{ items['q'].x }}", "'list object' has no attribute 'q'")]
    [InlineData("{{ items[10].x }}", "list object has no element 10")]
    [InlineData("{{ d[1].x }}", "dict object has no element 1")]
    [InlineData("{{ n[1:] }}", "TypeError: 'int' object is not subscriptable")]
    [InlineData("{{ d[1:] }}", "TypeError: unhashable type: 'slice'")]
    [InlineData("{{ items['a':] }}", "TypeError: slice indices must be integers or None or have an __index__ method")]
    [InlineData("{{ items[::0] }}", "ValueError: slice step cannot be zero")]
    [InlineData("{{ missing[1:] }}", "'missing' is undefined")]
    [InlineData("{{ yes.x.y }}{{ 1 }}", "'bool object' has no attribute 'x'")]
    [InlineData("{{ f.x.y }}", "'float object' has no attribute 'x'")]
    [InlineData("{{ 'a'['b'].c }}", "'str object' has no attribute 'b'")]
    [InlineData("{{ {[1]: 2} }}", "TypeError: unhashable type: 'list'")]
    public void Access_FindsAttributesAndItemsFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData(
        "[{{ missing }}]|{{ missing ~ 'x' }}|{{ missing | length }}|{{ missing | list }}|{{ [missing] }}|{% for x in missing %}{% else %}none{% endfor %}",
            "[]|x|0|[]|[Undefined]|none")]
    [InlineData("{{ missing | upper }}|", "|")]
    [InlineData("{{ 'x%sy' % missing }}", "xy")]
    public void Undefined_PrintsNothingAndFailsWhenUsed(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ missing + 1 }}", "'missing' is undefined")]
    [InlineData("{{ 1 + missing }}", "'missing' is undefined")]
    [InlineData("{{ 'a' + missing }}", "'missing' is undefined")]
    [InlineData("{{ missing * 2 }}", "'missing' is undefined")]
    [InlineData("{{ -missing }}", "'missing' is undefined")]
    [InlineData("{{ missing | int }}", "'missing' is undefined")]
    [InlineData("{{ missing | abs }}", "TypeError: bad operand type for abs(): 'Undefined'")]
    [InlineData("{{ missing | tojson }}", "TypeError: Object of type Undefined is not JSON serializable")]
    [InlineData("{{ missing in 'abc' }}", "TypeError: 'in <string>' requires string as left operand, not Undefined")]
    [InlineData("{{ missing % 2 }}", "'missing' is undefined")]
    public void Undefined_PrintsNothingAndFailsWhenUsedFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);
}
