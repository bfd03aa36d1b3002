namespace LmDeploy.Text.Tests.Templates;

/// <summary>White space around tags, comments and raw blocks. Expectations are Jinja2 3.1.6's.</summary>
public sealed class WhitespaceTests
{
    [Theory]
    [InlineData("a\n{% if yes %}\nb\n{% endif %}\nc", "a\nb\nc")]
    [InlineData("a\n  {% if yes %}\n  b\n  {% endif %}\nc", "a\n  b\nc")]
    [InlineData("a {% if yes %} b {% endif %} c", "a  b  c")]
    [InlineData("a\n  {{ n }}\n b", "a\n  7\n b")]
    [InlineData("a\n {%- if yes -%}\n b \n{%- endif -%}\n c", "abc")]
    [InlineData("a\n  {%+ if yes %}\n b{% endif %}", "a\n   b")]
    [InlineData("a {% if yes +%}\n b{% endif %}", "a \n b")]
    [InlineData("  {{- n -}}  x", "7x")]
    [InlineData("x  {{- n }}  y", "x7  y")]
    [InlineData("x\n\n{{ n }}\n\ny", "x\n\n7\n\ny")]
    [InlineData("  {% set x = 1 %}  \n y", "  \n y")]
    [InlineData("{% if yes %}\r\na\r\n{% endif %}\r\nb\r", "a\nb")]
    [InlineData("x\n", "x")]
    [InlineData("x\n\n", "x\n")]
    [InlineData("\n", "")]
    [InlineData("", "")]
    [InlineData("\n{{ n }}\n", "\n7")]
    [InlineData("{% if yes %}\n\n\na{% endif %}", "\n\na")]
    [InlineData("\t{% if yes %}\n\ta\n\t{% endif %}\n", "\ta\n")]
    [InlineData("a{% if yes -%}   \n\n  b{%- endif %}   c", "ab   c")]
    [InlineData("{{ n }}\n{{ n }}", "7\n7")]
    [InlineData("{{n}}{{-n}}{{ -n }}", "77-7")]
    [InlineData("{{-1}}|{{+1}}|{{- 1 -}}|{{ 1-}}", "1|1|1|1")]
    [InlineData("a\u00a0 {%- if yes %}b{% endif %}", "ab")]
    [InlineData("a  {%- raw %} x {% endraw -%}  b", "a x b")]
    [InlineData("x {{+ n }} y", "x 7 y")]
    public void Tags_TrimAsConfigured(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("a{# c #}b", "ab")]
    [InlineData("a\n{# c #}\nb", "a\nb")]
    [InlineData("a\n  {# c #}\nb", "a\nb")]
    [InlineData("a {#- c -#} b", "ab")]
    [InlineData("a\n  {#+ c #}\nb", "a\n  b")]
    [InlineData("{# {{ x }} {% if %} #}z", "z")]
    [InlineData("{# multi\nline #}\nz", "z")]
    [InlineData("a{#-#}b", "ab")]
    [InlineData("a{##}b", "ab")]
    [InlineData("{# a #}{# b #}\nc", "c")]
    public void Comments_Vanish(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{% raw %}{{ a }}{% endraw %}", "{{ a }}")]
    [InlineData("a\n{% raw %}\n b\n{% endraw %}\nc", "a\n\n b\nc")]
    [InlineData("{%- raw -%}  x  {%- endraw -%}  y", "xy")]
    [InlineData("{% raw %}{% raw %}{% endraw %}", "{% raw %}")]
    [InlineData("  {% raw %}  x\n  {% endraw %}\n y", "  x\n y")]
    [InlineData("{% raw %}{# c #}{%+ endraw +%}\nz", "{# c #}\nz")]
    public void Raw_KeepsText(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("a { b } c", "a { b } c")]
    [InlineData("{", "{")]
    [InlineData("}}", "}}")]
    [InlineData("%}", "%}")]
    [InlineData("#}", "#}")]
    [InlineData("a {", "a {")]
    [InlineData("{{ '}}' }}", "}}")]
    [InlineData("{{ '{{' }}", "{{")]
    [InlineData("{{ {'a': {'b': 1}}['a']['b'] }}", "1")]
    [InlineData("{{ {'a':{}} }}", "{'a': {}}")]
    [InlineData("{% set x = {'a': {'b': '%}'}} %}{{ x }}", "{'a': {'b': '%}'}}")]
    [InlineData("{{ '{% if %}' }}", "{% if %}")]
    [InlineData("{{\n n\n}}", "7")]
    [InlineData("{%\nif\nyes\n%}a{%\nendif\n%}", "a")]
    public void Delimiters_MayStandInText(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);
}
