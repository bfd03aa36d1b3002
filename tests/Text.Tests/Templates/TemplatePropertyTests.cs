using CsCheck;
using LmDeploy.Text.Errors;

namespace LmDeploy.Text.Tests.Templates;

/// <summary>Any text at all, as a template.</summary>
public sealed class TemplatePropertyTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly string[] Fragments =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "{{-", "-}}", "{%+", "+%}", "\n",
            " ", " ", " ", "if ", "elif ", "else", "endif", "for ", "x", "y", " in ",
        "endfor", "set ", "endset", "=", "macro ", "endmacro", "call ", "endcall", "filter ", "endfilter", "raw", "endraw", "with ", "endwith", "generation",
        "endgeneration", "break", "continue", "block ", "endblock", "(", ")", "[", "]", "{",
            "}", ".", ",", ":", "|", "~", "+", "-", "*", "/", "//", "**", "%", "<", ">",
        "==", "!=", " and ", " or ", " not ", " is ", "defined", "none", "true", "1", "0", "-1",
            "2.5", "1e3", "99", "'a'", "\"b\"", "'\\u00e9'", "'%s'", "'{}'", "messages",
        "loop", "loop.index", "loop.last", "range(3)", "namespace(a=1)", "ns", ".a", ".items()",
            ".split()", ".format(1)", "length", "tojson", "join", "map('upper')",
        "select('odd')", "sort", "list", "first", "last", "default(1)", "int", "string",
            "trim", "replace('a','b')", "indent", "round", "batch(2)", "groupby('role')",
        "selectattr('role')", "raise_exception('x')", "strftime_now('%Y')", "caller()", "varargs",
            "kwargs", "[1:2]", "[::-1]", "recursive", "é", "😀", "\u0000", "\ud800",
    ];

    private static readonly string[] Expressions =
    [
        "1", "0", "-3", "2.5", "1e308", "'ab'", "''", "'%s %d'", "'{} {0}'", "none", "true", "[]",
            "[3, 1, 2]", "['b', 'A']", "(1, 'x')", "{}", "{'a': 1, 'b': [2]}", "messages", "missing",
        "range(4)", "namespace(a=1)", "dict(a=1).items()", "([1, 2] | map('string'))", "loop", "range", "'a' * 5", "2 ** 70", "('<' | safe)",
    ];

    private static readonly string[] Uses =
    [
        "{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} / {1}", "{0} // {1}", "{0} % {1}", "{0} ** {1}",
            "{0} ~ {1}", "{0} == {1}", "{0} < {1}", "{0} >= {1}", "{0} in {1}", "{0} not in {1}",
        "{0} and {1}", "{0} or {1}", "not {0}", "-{0}", "{0}[{1}]", "{0}[{1}:]", "{0}[::{1}]", "{0}[:{1}]", "{0}.a",
            "{0}({1})", "{0} | default({1})", "{0} | join({1})", "{0} | sort", "{0} | sort(attribute={1})",
        "{0} | map({1}) | list", "{0} | select({1}) | list", "{0} | map(attribute={1}) | list",
            "{0} | selectattr({1}) | list", "{0} | groupby({1})", "{0} | batch({1}) | list", "{0} | slice({1}) | list",
        "{0} | round({1})", "{0} | int({1})", "{0} | int(0, {1})", "{0} | float", "{0} | abs", "{0} | tojson",
            "{0} | tojson(indent={1})", "{0} | pprint", "{0} | unique | list", "{0} | min", "{0} | sum", "{0} | sum(start={1})",
        "{0} | reverse | list", "{0} | first", "{0} | last", "{0} | items | list", "{0} | dictsort", "{0} | indent({1})",
            "{0} | truncate({1})", "{0} | center({1})", "{0} | replace({1}, 'z')", "{0} | format({1})",
        "{0} | urlencode", "{0} | title", "{0} | wordcount", "{0} | trim({1})", "{0} | string", "{0} | length", "{0} | attr({1})",
            "{0} | e", "{0} is divisibleby({1})", "{0} is sameas {1}", "{0} is in({1})", "{0} is odd",
        "{0}.split({1})", "{0}.rsplit({1}, 1)", "{0}.strip({1})", "{0}.replace({1}, 'q')", "{0}.find({1})", "{0}.count({1})",
            "{0}.index({1})", "{0}.startswith({1})", "{0}.join({1})", "{0}.zfill({1})", "{0}.center({1})",
        "{0}.format({1})", "{0}.partition({1})", "{0}.get({1})", "{0}.keys()", "{0}.splitlines({1})", "{0}.expandtabs({1})",
            "range({0}, {1})", "dict({0})", "namespace({0})", "joiner({0})()", "cycler({0}, {1}).next()",
        "strftime_now({0})", "raise_exception({0})", "[{0}, {1}]", "({0},)", "{{{0}: {1}}}", "{0} if {1}",
            "{0} if {1} else 5", "'%s' % {0}", "'%d %r' % ({0}, {1})", "'{{:>{{}}}}'.format({0}, {1})",
    ];

    [Fact]
    public void Render_OfAnyTextEndsWellOrInAnEngineException() =>
        Gen.OneOf(OneOf(Fragments), OneOf(Fragments), Gen.String[0, 3]).Array[0, 40]
            .Sample(parts => EndsWell(string.Concat(parts)), iter: 5_000);

    [Fact]
    public void Render_OfAnyExpressionEndsWellOrInAnEngineException()
    {
        var leaf = OneOf(Expressions);
        var combined = Gen.Select(OneOf(Uses), leaf, leaf, Combine);
        Gen.Select(OneOf(Uses), Gen.OneOf(leaf, combined), Gen.OneOf(leaf, combined), Combine)
            .Sample(expression => EndsWell($"{{% for i in [1] %}}{{{{ {expression} }}}}{{% endfor %}}"), iter: 10_000);

        static string Combine(string use, string left, string right) =>
            use.Replace("{{", "\u0001", StringComparison.Ordinal).Replace("}}", "\u0002", StringComparison.Ordinal)
                .Replace("{0}", $"({left})", StringComparison.Ordinal).Replace("{1}", $"({right})", StringComparison.Ordinal)
                .Replace('\u0001', '{').Replace('\u0002', '}');
    }

    private static Gen<string> OneOf(string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static bool EndsWell(string template)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            Render.Text(template, """{"messages": [{"role": "user", "content": "hé 😀"}, {"role": "assistant", "content": ""}]}""", deadline.Token);
        }
        catch (EngineException exception)
        {
            return exception.Message.Contains("test.jinja", StringComparison.Ordinal);
        }

        return true;
    }
}
