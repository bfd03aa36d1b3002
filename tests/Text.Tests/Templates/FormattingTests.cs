namespace LmDeploy.Text.Tests.Templates;

/// <summary>printf formatting and <c>str.format</c>. Expectations are Jinja2 3.1.6's.</summary>
public sealed class FormattingTests
{
    [Theory]
    [InlineData("{{ '%s %r %d %5d|%-5d|%05d|%+d' % ('a', 'b', 1, 2, 3, 4, 5) }}", "a 'b' 1     2|3    |00004|+5")]
    [InlineData("{{ '%.2f %5.1f %e %g %g %g' % (3.14159, 2.5, 12345.678, 0.0001, 1e10, 100000) }}", "3.14   2.5 1.234568e+04 0.0001 1e+10 100000")]
    [InlineData("{{ '%x %X %#x %o %c%c %%' % (255, 255, 255, 8, 65, 'z') }}", "ff FF 0xff 10 Az %")]
    [InlineData("{{ '%(a)s-%(b)03d' % {'a': 1, 'b': 2} }}", "1-002")]
    [InlineData("{{ '%s' % 'x' }}|{{ '%s' % 5 }}|{{ '%s' % [1] }}|{{ '%s' % none }}|{{ '%10s|%-10s|%.2s' % ('a', 'b', 'xyz') }}|{{ '%*d' % (5, 1) }}",
        "x|5|[1]|None|         a|b         |xy|    1")]
    [InlineData("{{ '%d' % 3.9 }}|{{ '%f' % 1 }}|{{ '%s' % (1,) }}|{{ '%i' % true }}|{{ '%.0f %.0f' % (0.5, 1.5) }}", "3|1.000000|1|1|0 2")]
    [InlineData("{{ 'x' % {} }}|{{ '%s' % {} }}", "x|{}")]
    public void Percent_Formats(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ '%s %s' % 'a' }}", "TypeError: not enough arguments for format string")]
    [InlineData("{{ '%s' % (1, 2) }}", "TypeError: not all arguments converted during string formatting")]
    [InlineData("{{ 'x' % 1 }}", "TypeError: not all arguments converted during string formatting")]
    [InlineData("{{ '%d' % 'a' }}", "TypeError: %d format: a real number is required, not str")]
    [InlineData("{{ '%q' % 1 }}", "ValueError: unsupported format character 'q' (0x71) at index 1")]
    [InlineData("{{ '%' % 1 }}", "ValueError: incomplete format")]
    [InlineData("{{ '%(a)s' % 1 }}", "TypeError: format requires a mapping")]
    [InlineData("{{ '%(a)s' % {} }}", "KeyError: 'a'")]
    public void Percent_FormatsFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);

    [Theory]
    [InlineData(
        "{{ '{} {}'.format(1, 'a') }}|{{ '{1}{0}'.format('a', 'b') }}|{{ '{x}'.format(x=1) }}|{{ '{{}}'.format() }}|{{ '{0[0]}{1[b]}'.format(items, d) }}",
            "1 a|ba|1|{}|11")]
    [InlineData("{{ '{:>5}|{:<5}|{:^5}|{:*^5}|{:05d}|{:+d}|{:,}|{:_}'.format('a', 'b', 'c', 'd', 42, 5, 1234567, 1234567) }}",
        "    a|b    |  c  |**d**|00042|+5|1,234,567|1_234_567")]
    [InlineData("{{ '{:.2f} {:8.3f} {:e} {:g} {:%} {:.1%}'.format(3.14159, 2.5, 12345.678, 0.00001, 0.25, 0.256) }}",
        "3.14    2.500 1.234568e+04 1e-05 25.000000% 25.6%")]
    [InlineData("{{ '{:x} {:#x} {:b} {:o} {:X} {:c}'.format(255, 255, 5, 8, 255, 65) }}", "ff 0xff 101 10 FF A")]
    [InlineData(
        "{{ '{!r} {!s}'.format('a', 'b') }}|{{ '{:{}}'.format('a', 5) }}|{{ '{:.3}'.format('abcdef') }}|{{ '{:5}'.format(1) }}"
        + "|{{ '{:,.2f}'.format(1234567.891) }}|{{ '{}'.format(none) }}|{{ '{}'.format(1.0) }}|{{ '{:.3}'.format(1234.5) }}",
        "'a' b|a    |abc|    1|1,234,567.89|None|1.0|1.23e+03")]
    public void Braces_Format(string template, string expected) =>
        Render.Text(template, SampleVariables.Json).ShouldBe(expected);

    [Theory]
    [InlineData("{{ '{'.format() }}", "ValueError: Single '{' encountered in format string")]
    [InlineData("{{ '}'.format() }}", "ValueError: Single '}' encountered in format string")]
    [InlineData("{{ '{:d}'.format('a') }}", "ValueError: Unknown format code 'd' for object of type 'str'")]
    public void Braces_FormatFaults(string template, string message) =>
        Render.Error(template, SampleVariables.Json).Message.ShouldStartWith(message);
}
