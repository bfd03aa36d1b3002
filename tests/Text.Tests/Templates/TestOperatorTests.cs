namespace LmDeploy.Text.Tests.Templates;

/// <summary>The tests behind <c>is</c>. Expectations are Jinja2 3.1.6's.</summary>
public sealed class TestOperatorTests
{
    [Theory]
    [InlineData("{{ x is defined }}|{{ n is defined }}|{{ x is undefined }}|{{ n is not undefined }}|{{ d.q is defined }}|{{ d.b is defined }}",
        "False|True|True|True|False|True")]
    [InlineData("{{ none is none }}|{{ n is none }}|{{ x is none }}|{{ none is not none }}", "True|False|False|False")]
    [InlineData(
        "{{ 'a' is string }}|{{ 1 is string }}|{{ d is mapping }}|{{ items is mapping }}|{{ items is sequence }}|{{ d is sequence }}|{{ 'a' is sequence }}"
        + "|{{ 1 is sequence }}|{{ items is iterable }}|{{ 1 is iterable }}|{{ none is iterable }}|{{ d.items() is sequence }}"
        + "|{{ (items | map('string')) is sequence }}|{{ (items | map('string')) is iterable }}|{{ missing is sequence }}|{{ missing is iterable }}"
        + "|{{ range(2) is sequence }}|{{ missing is mapping }}",
        "True|False|True|False|True|True|True|False|True|False|False|False|False|True|True|True|True|False")]
    [InlineData(
        "{{ 1 is number }}|{{ 1.5 is number }}|{{ true is number }}|{{ '1' is number }}|{{ 1 is integer }}|{{ true is integer }}|{{ 1.0 is integer }}"
        + "|{{ 1.0 is float }}|{{ 1 is float }}|{{ true is boolean }}|{{ 1 is boolean }}|{{ true is true }}|{{ 1 is true }}|{{ false is false }}"
        + "|{{ 0 is false }}",
        "True|True|True|False|True|False|False|True|False|True|False|True|False|True|False")]
    [InlineData("{{ 1 is odd }}|{{ 2 is even }}|{{ 9 is divisibleby 3 }}|{{ 9 is divisibleby(4) }}|{{ -1 is odd }}|{{ 2.0 is even }}",
        "True|True|True|False|True|True")]
    [InlineData(
        "{{ 1 is eq 1 }}|{{ 1 is equalto 2 }}|{{ 1 is ne 2 }}|{{ 1 is lt 2 }}|{{ 1 is le 1 }}|{{ 1 is gt 2 }}|{{ 2 is ge 2 }}|{{ 1 is lessthan 2 }}"
        + "|{{ 3 is greaterthan 2 }}|{{ 1 is sameas 1 }}|{{ none is sameas none }}|{{ true is sameas 1 }}",
        "True|False|True|True|True|False|True|True|True|True|True|False")]
    [InlineData("{{ 1 is in [1] }}|{{ 4 is in items }}|{{ 'a' is in 'abc' }}|{{ 1 is not in [1] }}", "True|False|True|False")]
    [InlineData("{{ 'a' is lower }}|{{ 'A' is upper }}|{{ 'aB' is lower }}|{{ '1' is lower }}|{{ 'a1' is lower }}", "True|True|False|False|True")]
    [InlineData(
        "{{ range is callable }}|{{ 1 is callable }}|{{ missing is callable }}|{{ 'upper' is filter }}|{{ 'nope' is filter }}|{{ 'odd' is test }}"
        + "|{{ ('a' | safe) is escaped }}",
        "True|False|True|True|False|True|True")]
    [InlineData(
        "{{ not x is defined }}|{{ not (x is defined) }}|{{ n is defined and n is odd }}|{{ n is odd or x }}|{{ 'y' if n is odd else 'n' }}|{{ n + 1 is odd }}",
        "True|True|True|True|y|8")]
    [InlineData("{{ n is divisibleby 7 and true }}|{{ messages[0].role is eq 'system' }}", "True|True")]
    public void Is_Tests(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 1 is divisibleby 0 }}", "ZeroDivisionError: integer modulo by zero")]
    [InlineData("{{ 'a' is odd }}", "TypeError: not all arguments converted during string formatting")]
    [InlineData("{{ 1 is in 5 }}", "TypeError: argument of type 'int' is not iterable")]
    [InlineData("{{ missing is odd }}", "'missing' is undefined")]
    public void Is_TestsFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);
}
