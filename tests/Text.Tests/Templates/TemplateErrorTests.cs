using LmDeploy.V1;

namespace LmDeploy.Text.Tests.Templates;

/// <summary>What is said about templates that cannot be parsed or rendered.</summary>
public sealed class TemplateErrorTests
{
    [Theory]
    [InlineData("{{ x", "unexpected end of template", 1)]
    [InlineData("{{", "unexpected 'end of template'", 1)]
    [InlineData("{{ }}", "Expected an expression, got 'end of print statement'", 1)]
    [InlineData("a\n{% if x %}\nb", "Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'", 3)]
    [InlineData("{% for x in y %}", "Unexpected end of template", 1)]
    [InlineData("{% endif %}", "Encountered unknown tag 'endif'.", 1)]
    [InlineData(
        "{% if x %}{% endfor %}",
        "Encountered unknown tag 'endfor'. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be "
        + "closed is 'if'.",
        1)]
    [InlineData("\n\n{% nope %}", "Encountered unknown tag 'nope'.", 3)]
    [InlineData("{% %}", "tag name expected", 1)]
    [InlineData("{% 5 %}", "tag name expected", 1)]
    [InlineData("{# x", "Missing end of comment tag", 1)]
    [InlineData("{% raw %}x", "Missing end of raw directive", 1)]
    [InlineData("{{ 'x }}", "unexpected char '''", 1)]
    [InlineData("{{ a ? b }}", "unexpected char '?'", 1)]
    [InlineData("{{ a ! b }}", "unexpected char '!'", 1)]
    [InlineData("{{ (a }}", "unexpected '}', expected ')'", 1)]
    [InlineData("{{ a) }}", "unexpected ')'", 1)]
    [InlineData("{{ [1 }}", "unexpected '}', expected ']'", 1)]
    [InlineData("{{ {'a' 1} }}", "expected token ':'", 1)]
    [InlineData("{{ a b }}", "expected token 'end of print statement', got 'b'", 1)]
    [InlineData("{{ a. }}", "expected name or number", 1)]
    [InlineData("{{ a | }}", "expected token a name", 1)]
    [InlineData("{{ a | nope }}", "No filter named 'nope'.", 1)]
    [InlineData("{{ a is nope }}", "No test named 'nope'.", 1)]
    [InlineData("{{ a is b is c }}", "You cannot chain multiple tests with is", 1)]
    [InlineData("{{ a is string is none }}", "You cannot chain multiple tests with is", 1)]
    [InlineData("{{ f(a=1, 2) }}", "invalid syntax for function call expression", 1)]
    [InlineData("{{ f(**a, *b) }}", "invalid syntax for function call expression", 1)]
    [InlineData("{{ f(a=1, a=2) }}", "invalid syntax for function call expression", 1)]
    [InlineData("{{ f(,) }}", "unexpected ','", 1)]
    [InlineData("{% set 5 = 1 %}", "expected token a name", 1)]
    [InlineData("{% set true = 1 %}", "can't assign to 'true'", 1)]
    [InlineData("{% set x.y.z = 1 %}", "expected token 'end of statement block'", 1)]
    [InlineData("{% set x = %}", "Expected an expression", 1)]
    [InlineData("{% for x y %}", "expected token 'in'", 1)]
    [InlineData("{% for in y %}", "Expected an expression", 1)]
    [InlineData("{% macro m(a=1, b) %}{% endmacro %}", "non-default argument follows default argument", 1)]
    [InlineData("{% macro 5() %}{% endmacro %}", "expected token a name", 1)]
    [InlineData("{% call x %}{% endcall %}", "expected call", 1)]
    [InlineData("{% break %}", "'break' outside loop", 1)]
    [InlineData("{% for x in y %}{% macro m() %}{% continue %}{% endmacro %}{% endfor %}", "'continue' outside loop", 1)]
    [InlineData("{% include 'x' %}", "the tag 'include' is not supported", 1)]
    [InlineData("{% extends 'x' %}", "the tag 'extends' is not supported", 1)]
    [InlineData("{{ '\\x4' }}", "truncated \\x escape", 1)]
    [InlineData("{{ '\\U00110000' }}", "truncated \\U escape", 1)]
    [InlineData("{{ '\\N{DASH}' }}", "character names", 1)]
    [InlineData("{{ 1a }}", "expected token 'end of print statement', got 'a'", 1)]
    [InlineData("{{ ²a }}", "unexpected char '²'", 1)]
    [InlineData("{{ 1 if }}", "unexpected 'end of print statement'", 1)]
    [InlineData("{{ not }}", "unexpected 'end of print statement'", 1)]
    [InlineData("{{ 1 + }}", "unexpected 'end of print statement'", 1)]
    [InlineData("{{ x[1:2:3:4] }}", "expected token ','", 1)]
    public void Parse_SaysWhatIsWrongAndWhere(string template, string message, int line)
    {
        var error = Render.Error(template);
        error.Code.ShouldBe(ErrorCodes.InvalidTemplate);
        error.Message.ShouldStartWith(message);
        error.Message.ShouldEndWith($"(test.jinja, line {line})");
        error.Line.ShouldBe(line);
        error.Subject.ShouldBe("test.jinja");
    }

    [Theory]
    [InlineData("a\nb\n{{ raise_exception('no system role') }}", "no system role", 3)]
    [InlineData("{% for x in [1] %}\n\n{{ x.y.z }}{% endfor %}", "'int object' has no attribute 'y'", 3)]
    [InlineData("{% macro m() %}\n{{ 1 + 'a' }}\n{% endmacro %}\n\n{{ m() }}", "TypeError: unsupported operand type(s) for +: 'int' and 'str'", 2)]
    [InlineData("{% if yes %}{% else %}{{ 1 | nope }}{% endif %}", "No filter named 'nope' found.", 1)]
    [InlineData("{{ (1 is nope) if true else 2 }}", "No test named 'nope' found.", 1)]
    public void Render_SaysWhatFailedAndWhere(string template, string message, int line)
    {
        var error = Render.Error(template);
        error.Code.ShouldBe(ErrorCodes.PreprocessFailed);
        error.Message.ShouldBe($"{message} (test.jinja, line {line})");
        error.Line.ShouldBe(line);
    }

    [Fact]
    public void Render_RefusesToTruncateToLessThanNothing() => Render.Error("{{ 'abc' | truncate(-(2 ** 70)) }}").Message.ShouldContain("expected length >= 3");

    [Fact]
    public void Render_LeavesUnknownFiltersAloneWhereTheyAreNotReached() =>
        Render.Text("{% if no %}{{ 1 | nope }}{% endif %}{{ 1 | nope if no else 'x' }}{{ 'y' if true else 1 is nope }}").ShouldBe("xy");
}
