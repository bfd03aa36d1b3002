using LmDeploy.V1;
using LmDeploy.Text.Templates;
using LmDeploy.Text.Templates.Syntax;

namespace LmDeploy.Text.Tests.Templates;

/// <summary>Templates come from untrusted model folders: none may exhaust the process's memory, stack or time.</summary>
public sealed class TemplateBoundsTests
{
    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}")]
    [InlineData("{% set a = range(100000) | list %}{% for b in a %}{{ -1 in a }}{% endfor %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% for b in range(100000) %}{{ 'ab' in s }}{% endfor %}")]
    [InlineData("{% set s = 'a' * 30000000 %}{{ s.count('a' * 10000 ~ 'b') }}{{ s.find('a' * 1000000 ~ 'b') }}")]
    [InlineData("{% set a = range(100000) | list %}{% for b in range(100000) %}{% set c = a | sort %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 60000000 %}{% for b in range(100000) %}{% set c = s.upper() %}{% endfor %}")]
    public void Render_StopsAfterTooManySteps(string template) => Faults(template).ShouldMatch("steps|more text");

    [Theory]
    [InlineData("{{ 'a' * 10 ** 9 }}")]
    [InlineData("{{ [1] * 10 ** 9 }}")]
    [InlineData("{{ 'a' * 10 ** 100 }}")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s=['ab']) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("{% set s = 'a' * 60000000 %}{{ s }}{{ s }}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% for i in range(1000) %}{{ s }}{% endfor %}")]
    [InlineData("{% set s = 'a' * 1000000 %}{% set l = namespace(l=[]) %}{% for i in range(100000) %}{% set l.l = [l.l, s ~ i] %}{% endfor %}")]
    [InlineData("{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}")]
    [InlineData("{{ ('b' * 10000000).join('a' * 10000) }}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ '%*d' % (999999999, 1) }}")]
    [InlineData("{{ '{:999999999}'.format(1) }}")]
    [InlineData("{{ 'a'.center(999999999) }}")]
    [InlineData("{{ 'a'.zfill(10 ** 30) }}")]
    [InlineData("{{ 'a\nb' | indent(999999999) }}")]
    [InlineData("{{ '\t'.expandtabs(999999999) }}")]
    [InlineData("{{ [1] | batch(999999999, 'x') | list }}")]
    [InlineData("{{ 'a' | slice(999999999) | list }}")]
    [InlineData("{{ '%.999f' % 1 }}")]
    public void Render_StopsWhenTextOrListsGrowTooLarge(string template) => Faults(template);

    [Theory]
    [InlineData("{{ 10 ** (10 ** 10) }}")]
    [InlineData("{% set ns = namespace(n=3) %}{% for i in range(100) %}{% set ns.n = ns.n * ns.n %}{% endfor %}")]
    [InlineData("{{ ('9' * 5000) | int | string | length + (1 // 0) }}")]
    public void Render_BoundsIntegers(string template) => Faults(template);

    [Theory]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{% call a() %}{% endcall %}{% endmacro %}{{ b() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% set ns = namespace() %}{% set ns.s = ns %}{{ ns }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | tojson }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | pprint }}")]
    [InlineData("{% set ns = namespace(a=[], b=[]) %}{% for i in range(5000) %}{% set ns.a = [ns.a] %}{% set ns.b = [ns.b] %}{% endfor %}{{ ns.a == ns.b }}")]
    [InlineData("{% set ns = namespace(a=[], b=[]) %}{% for i in range(5000) %}{% set ns.a = [ns.a] %}{% set ns.b = [ns.b] %}{% endfor %}{{ ns.a < ns.b }}")]
    [InlineData(
        "{% set ns = namespace(a=(), b=()) %}{% for i in range(5000) %}{% set ns.a = (ns.a,) %}{% set ns.b = (ns.b,) %}{% endfor %}{{ {ns.a: 1}[ns.b] }}")]
    [InlineData("{% set ns = namespace(d={}) %}{% for i in range(5000) %}{% set ns.d = {'d': ns.d} %}{% endfor %}{{ ns.d }}")]
    [InlineData("{% set ns = namespace(g=[1]) %}{% for i in range(100000) %}{% set ns.g = ns.g | map('string') %}{% endfor %}{{ ns.g | list }}")]
    public void Render_BoundsNesting(string template) => Faults(template);

    [Theory]
    [InlineData("{{ ns.l }}")]
    [InlineData("{{ ns.l | tojson }}")]
    [InlineData("{{ ns.l == ns.m }}")]
    [InlineData("{{ ns.l in [ns.m] }}")]
    [InlineData("{{ ns.l | pprint }}")]
    [InlineData("{{ ns.l | string | length }}")]
    public void Render_BoundsValuesThatUnfold(string use) =>
        Faults("{% set ns = namespace(l=[], m=[]) %}{% for i in range(200) %}{% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}" + use);

    [Fact]
    public void Render_BoundsLongChains()
    {
        Faults("{{ x" + Repeat(".a", 50_000) + " }}");
        Faults("{{ 1" + Repeat(" + 1", 50_000) + " }}");
        Faults("{{ 1" + Repeat(" | string", 50_000) + " }}");
        Faults("{{ 1" + Repeat(" and 1", 50_000) + " }}");
    }

    [Fact]
    public void Parse_BoundsNesting()
    {
        string[] sources =
        [
            "{{ " + Repeat("(", 50_000), "{{ " + Repeat("[", 50_000), "{{ " + Repeat("{1:", 50_000), "{{ " + Repeat("not ", 50_000) + "1 }}",
            "{{ " + Repeat("-", 50_000) + "1 }}", "{{ " + Repeat("a if ", 50_000), "{{ " + Repeat("1 if 1 else ", 50_000), "{{ " + Repeat("a(", 50_000),
            "{{ " + Repeat("a[", 50_000), Repeat("{% if x %}", 50_000), Repeat("{% for x in y %}", 50_000), Repeat("{% macro m() %}", 50_000),
            "{% for " + Repeat("(", 50_000), "{{ " + Repeat("x is eq ", 50_000), "{{ " + Repeat("x | f(", 50_000), Repeat("{% call m() %}", 50_000),
        ];
        foreach (var source in sources)
        {
            Should.Throw<ModelTemplateException>(() => ModelTemplate.Parse(source, "test.jinja")).Code.ShouldBe(ErrorCodes.InvalidTemplate);
        }
    }

    [Fact]
    public void Parse_RejectsALongTemplate() =>
        Should.Throw<ModelTemplateException>(() => ModelTemplate.Parse(new string('a', ModelTemplate.MaxSourceLength + 1), "test.jinja"))
            .Message.ShouldContain("longer than");

    [Fact]
    public void Parse_ReadsLongSourcesInLinearTime()
    {
        string[] sources =
        [
            Repeat("{%", 500_000), Repeat("{% raw ", 200_000), "{% raw %}" + Repeat("{% endraw", 200_000),
                Repeat("{#", 500_000), Repeat(" ", 1_000_000) + "{%-",
            "{{ '" + Repeat("\\", 1_000_000), Repeat("{", 1_000_000), "{{ 1" + Repeat("_", 1_000_000), Repeat("{{ x }}", 100_000),
        ];
        foreach (var source in sources)
        {
            Lex(source);
        }

        static void Lex(string source)
        {
            try
            {
                Lexer.Tokenize(source).ShouldNotBeEmpty();
            }
            catch (SyntaxFault fault)
            {
                fault.Line.ShouldBeGreaterThan(0);
            }
        }
    }

    [Fact]
    public void Render_NestsAsDeepAsRealTemplatesDo()
    {
        Render.Text("{{ " + Repeat("(", 100) + "1" + Repeat(")", 100) + " }}").ShouldBe("1");
        Render.Text("{{ 0" + Repeat(" + 1", 500) + " }}").ShouldBe("500");
        Render.Text("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% else %}end{% endif %}{% endmacro %}{{ m(100) }}").ShouldBe("end");
    }

    [Fact]
    public void Render_ObservesCancellation() =>
        Should.Throw<OperationCanceledException>(() => Render.Text(
            "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public void Render_ShortensLongMessages() =>
        Render.Error("{{ raise_exception('a' * 1000000) }}").Message.Length.ShouldBeLessThan(5000);

    private static string Faults(string template)
    {
        var error = Render.Error(template);
        error.Code.ShouldBe(ErrorCodes.PreprocessFailed);
        return error.Message;
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
