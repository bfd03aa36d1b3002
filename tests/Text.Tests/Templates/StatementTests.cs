namespace LmDeploy.Text.Tests.Templates;

/// <summary>Statements. Expectations are Jinja2 3.1.6's.</summary>
public sealed class StatementTests
{
    [Theory]
    [InlineData("{% if yes %}a{% elif no %}b{% else %}c{% endif %}", "a")]
    [InlineData("{% if no %}a{% elif yes %}b{% else %}c{% endif %}", "b")]
    [InlineData("{% if no %}a{% elif none %}b{% else %}c{% endif %}", "c")]
    [InlineData("{% if no %}a{% endif %}x", "x")]
    [InlineData("{% if 1, %}t{% endif %}", "t")]
    [InlineData("{% if yes: %}a{% endif %}", "a")]
    [InlineData("{% if x is defined and x.y %}a{% else %}b{% endif %}", "b")]
    public void If_TakesTheFirstTrueBranch(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{% for i in items %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}", "1,2,3")]
    [InlineData(
        "{% for i in items %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ "
        + "loop.depth }}{{ loop.depth0 }};{% endfor %}",
        "1032TrueFalse310;2121FalseFalse310;3210FalseTrue310;")]
    [InlineData("{% for i in items %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }};{% endfor %}", "<1>2;1<2>3;2<3>;")]
    [InlineData("{% for i in empty %}x{% else %}none{% endfor %}", "none")]
    [InlineData("{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "b=1;a={'x': [1, {'y': None}]};items=own;")]
    [InlineData("{% for k in d %}{{ k }};{% endfor %}", "b;a;items;")]
    [InlineData("{% for c in 'añ😀' %}[{{ c }}]{% endfor %}", "[a][ñ][😀]")]
    [InlineData("{% for i in items if i > 1 %}{{ loop.index }}/{{ loop.length }}:{{ i }};{% else %}e{% endfor %}", "1/2:2;2/2:3;")]
    [InlineData("{% for i in items if i > 9 %}x{% else %}e{% endfor %}", "e")]
    [InlineData("{% for a, (b, c) in [(1, (2, 3)), (4, [5, 6])] %}{{ a }}{{ b }}{{ c }};{% endfor %}", "123;456;")]
    [InlineData("{% for i in items %}{{ loop.cycle('odd', 'even') }};{% endfor %}", "odd;even;odd;")]
    [InlineData("{% for i in [1,1,2,2,1] %}{{ loop.changed(i) }};{% endfor %}", "True;False;True;False;True;")]
    [InlineData("{% for i in range(3) %}{% for j in range(2) %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}", "121;122;123;")]
    [InlineData("{% for n in tree recursive %}{{ loop.depth }}:{{ n.v }}{% if n.c %}[{{ loop(n.c) }}]{% endif %}{% endfor %}", "1:1[2:2[3:3]2:4]1:5")]
    [InlineData("{% for i in items | map('string') %}{{ i }}{{ loop.last }}{{ loop.length }};{% endfor %}", "1False3;2False3;3True3;")]
    [InlineData("{% for i in items %}{{ loop }}{% endfor %}", "<LoopContext 1/3><LoopContext 2/3><LoopContext 3/3>")]
    [InlineData("{% set x = 0 %}{% for i in items %}{{ x }}{% set x = i %}{% endfor %}{{ x }}", "0000")]
    [InlineData("{% for i in (1, 2) %}{{ i }}{% endfor %}{% for i in 1, 2 %}{{ i }}{% endfor %}", "1212")]
    [InlineData("{% set g = items | map('string') %}{% for i in g %}{{ i }}{% endfor %}-{% for i in g %}{{ i }}{% endfor %}", "123-")]
    [InlineData("{% for i in items %}{{ i }}{% endfor %}{{ i }}", "123")]
    public void For_IteratesWithLoop(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{% for i in none %}{% endfor %}", "TypeError: 'NoneType' object is not iterable")]
    [InlineData("{% for i in 5 %}{% endfor %}", "TypeError: 'int' object is not iterable")]
    [InlineData("{% for a, b in items %}{% endfor %}", "TypeError: cannot unpack non-iterable int object")]
    [InlineData("{% for a, b in [[1]] %}{% endfor %}", "ValueError: not enough values to unpack (expected 2, got 1)")]
    [InlineData("{% for a, b in [[1,2,3]] %}{% endfor %}", "ValueError: too many values to unpack (expected 2)")]
    [InlineData("{% for i in items %}{{ loop(items) }}{% endfor %}", "TypeError: The loop must have the 'recursive' marker to be called recursively.")]
    [InlineData("{% for i in items %}{{ loop.nope.x }}{% endfor %}", "'jinja2.runtime.LoopContext object' has no attribute 'nope'")]
    [InlineData("{% for i in items %}{{ loop.previtem.x }}{% endfor %}", "there is no previous item")]
    public void For_IteratesWithLoopFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("{% for i in items %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "1")]
    [InlineData("{% for i in items %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "13")]
    [InlineData("{% for i in items %}{% for j in items %}{% if j == 2 %}{% break %}{% endif %}{{ i }}{{ j }};{% endfor %}{% endfor %}", "11;21;31;")]
    [InlineData("{% for i in items %}{% with %}{% if i == 2 %}{% break %}{% endif %}{% endwith %}{{ i }}{% else %}e{% endfor %}", "1")]
    public void LoopControls_LeaveAndSkip(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{% set x = 1 %}{{ x }}{% set x = 2 %}{{ x }}", "12")]
    [InlineData("{% set a, b = 1, 2 %}{{ a }}{{ b }}", "12")]
    [InlineData("{% set a, b = 'xy' %}{{ a }}{{ b }}", "xy")]
    [InlineData("{% set t = 1, 2 %}{{ t }}", "(1, 2)")]
    [InlineData("{% set x %}a{{ n }}b{% endset %}[{{ x }}]", "[a7b]")]
    [InlineData("{% set x | upper | replace('A', '-') %}aba{% endset %}{{ x }}", "-B-")]
    [InlineData("{% if yes %}{% set x = 5 %}{% endif %}{{ x }}", "5")]
    [InlineData("{% for i in items %}{% set x = i %}{% endfor %}[{{ x }}]", "[]")]
    [InlineData(
        "{% set ns = namespace(total=0, k='v') %}{% for i in items %}{% set ns.total = ns.total + i %}{% endfor %}{{ ns.total }}{{ ns.k }}{{ ns['k'] }}",
        "6vv")]
    [InlineData("{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns.c }}|{{ ns }}", "12|<Namespace {'a': 1, 'b': 2}>")]
    [InlineData("{% set ns = namespace() %}{% set ns.x, y = 1, 2 %}{{ ns.x }}{{ y }}", "12")]
    [InlineData("{% set ns = namespace() %}{% set ns.x %}block{% endset %}{{ ns.x }}", "block")]
    [InlineData("{% set (a, b) = [1, 2] %}{{ a }}{{ b }}", "12")]
    [InlineData("{% set x = x | default('d') %}{{ x }}", "d")]
    [InlineData("{% set n = n + 1 %}{{ n }}", "8")]
    [InlineData("{% set messages = messages[1:] %}{{ messages[0].role }}", "user")]
    public void Set_AssignsInItsScope(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{% set d.x = 1 %}", "cannot assign attribute on non-namespace object")]
    [InlineData("{% set missing.x = 1 %}", "cannot assign attribute on non-namespace object")]
    [InlineData("{% set a, b = 1 %}", "TypeError: cannot unpack non-iterable int object")]
    [InlineData("{% set ns = namespace() %}{{ ns.x.y }}", "'jinja2.utils.Namespace object' has no attribute 'x'")]
    public void Set_AssignsInItsScopeFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}[{{ a }}]", "12[]")]
    [InlineData("{% set a = 9 %}{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}", "199")]
    [InlineData("{% with %}{% set q = 1 %}{{ q }}{% endwith %}[{{ q }}]", "1[]")]
    public void With_MakesAScope(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{% macro m(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(1, c='z') }}{{ m(c=1, a=2, b=3) }}{{ m() }}",
        "12x;13x;12z;231;2x;")]
    [InlineData("{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, k=3) }}", "(1, 2){'k': 3}")]
    [InlineData("{% macro m(a) %}{{ varargs }}{% endmacro %}{{ m(1, 2, 3) }}", "(2, 3)")]
    [InlineData("{% macro m(x) %}{{ x }}{% if x > 0 %}{{ m(x - 1) }}{% endif %}{% endmacro %}{{ m(3) }}", "3210")]
    [InlineData("{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "11")]
    [InlineData("{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{% set x = 2 %}{{ m() }}", "12")]
    [InlineData("{% macro m() %}{% set x = 5 %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{{ x }}", "51")]
    [InlineData("{% macro m(a) %}[{{ a }}|{{ caller() }}]{% endmacro %}{% call m('h') %}body{{ n }}{% endcall %}", "[h|body7]")]
    [InlineData("{% macro m() %}{{ caller(1, b=2) }}{% endmacro %}{% call(a, b, c='d') m() %}{{ a }}{{ b }}{{ c }}{% endcall %}", "12d")]
    [InlineData("{% macro m(a,b) %}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}",
        "m('a', 'b')FalseFalseFalse")]
    [InlineData("{% macro m(a) %}{{ a }}{% endmacro %}{{ m(*[1]) }}{{ m(**{'a': 2}) }}", "12")]
    [InlineData("{% macro f() %}F{% endmacro %}{% macro g() %}{{ f() }}G{% endmacro %}{{ g() }}", "FG")]
    [InlineData("{% macro m() %}{{ m is callable }}{% endmacro %}{{ m() }}", "True")]
    [InlineData("{{ m() if m is defined else 'later' }}{% macro m() %}x{% endmacro %}", "later")]
    [InlineData("{% macro m() %} a {% endmacro %}{{ m() | trim }}{{ m() | length }}", "a3")]
    public void Macro_BindsArguments(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{% macro m(a) %}{{ a.b }}{% endmacro %}{{ m() }}", "parameter 'a' was not provided")]
    [InlineData("{% macro m() %}{% endmacro %}{{ m(1) }}", "TypeError: macro 'm' takes not more than 0 argument(s)")]
    [InlineData("{% macro m() %}{% endmacro %}{{ m(k=1) }}", "TypeError: macro 'm' takes no keyword argument 'k'")]
    [InlineData("{% macro m() %}{% endmacro %}{% call m() %}x{% endcall %}",
        "TypeError: macro 'm' was invoked with two values for the special caller argument. This is most likely a bug.")]
    [InlineData("{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}", "No caller defined")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}", "TypeError: macro 'm' takes no keyword argument 'a'")]
    public void Macro_BindsArgumentsFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("{% filter upper %}abc{{ n }}{% endfilter %}", "ABC7")]
    [InlineData("{% filter trim | replace('b', 'x') | upper %} abc {% endfilter %}", "AXC")]
    [InlineData("{% generation %}a{{ n }}{% endgeneration %}", "a7")]
    [InlineData("{% set q = 1 %}{% generation %}{% set q = 2 %}{{ q }}{% endgeneration %}{{ q }}", "21")]
    [InlineData("{% for m in messages %}{% generation %}{{ m.role }}{{ loop.index }}{% endgeneration %}{% endfor %}", "system1user2assistant3user4")]
    [InlineData("{% block b %}x{{ n }}{% endblock %}", "x7")]
    [InlineData("{% set v = 1 %}{% block b %}{{ v }}{% endblock b %}", "1")]
    [InlineData("{% for i in items %}{% block c scoped %}{{ i }}{% endblock %}{% endfor %}", "123")]
    [InlineData("{% for i in items %}{% block c %}[{{ i }}]{% endblock %}{% endfor %}", "[][][]")]
    [InlineData("{% print n, 'a' %}", "7a")]
    [InlineData("{% raw %}{{ x }}{% if %}{% endraw %}", "{{ x }}{% if %}")]
    public void Blocks_WrapTheirText(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData(
        "{{ range(3) | list }}|{{ range(1, 4) | list }}|{{ range(5, 0, -2) | list }}|{{ range(0) | list }}|{{ range(3) }}|{{ range(1, 7, 2) }}"
        + "|{{ range(3) | length }}|{{ range(3) == range(0, 3) }}",
        "[0, 1, 2]|[1, 2, 3]|[5, 3, 1]|[]|range(0, 3)|range(1, 7, 2)|3|True")]
    [InlineData("{{ dict(a=1, b='x') }}|{{ dict({'a': 1}, b=2) }}|{{ dict([('k', 1)]) }}|{{ dict() }}", "{'a': 1, 'b': 'x'}|{'a': 1, 'b': 2}|{'k': 1}|{}")]
    [InlineData("{% set j = joiner('|') %}{% for i in items %}{{ j() }}{{ i }}{% endfor %}", "1|2|3")]
    [InlineData("{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.next() }}", "ababNonea")]
    [InlineData("{{ strftime_now('%Y-%m-%d %H:%M:%S %d %B %b %A %a %j %y %I %p %e %-d %-m %F %T %D %R %U %W %V %u %w %% %C %G') }}",
        "2025-07-10 12:00:00 10 July Jul Thursday Thu 191 25 12 PM 10 10 7 2025-07-10 12:00:00 07/10/25 12:00 27 27 28 4 4 % 20 2025")]
    public void Globals_Work(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ raise_exception('Only user and assistant roles are supported!') }}", "Only user and assistant roles are supported!")]
    [InlineData("{% for m in messages %}{% if m.role == 'assistant' %}\n{{ raise_exception('bad ' ~ m.role) }}{% endif %}{% endfor %}", "bad assistant")]
    [InlineData("{{ range(1000000) }}", "OverflowError: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).")]
    [InlineData("{{ range(0, 1, 0) }}", "ValueError: range() arg 3 must not be zero")]
    [InlineData("{{ range('a') }}", "TypeError: 'str' object cannot be interpreted as an integer")]
    [InlineData("{{ namespace(1) }}", "TypeError: 'int' object is not iterable")]
    public void Globals_WorkFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);
}
