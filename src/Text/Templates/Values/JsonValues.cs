using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Turns JSON into values as Python's <c>json.loads</c> does.</summary>
internal static class JsonValues
{
    /// <exception cref="TemplateFault">A text is no valid Unicode, a number is too long, or the nesting is too deep.</exception>
    public static Value ToValue(JsonElement element, ValueComparer comparer)
    {
        comparer.Budget.Enter();
        var value = element.ValueKind switch
        {
            JsonValueKind.String => ToText(element),
            JsonValueKind.Number => ToNumber(element),
            JsonValueKind.True => BooleanValue.True,
            JsonValueKind.False => BooleanValue.False,
            JsonValueKind.Array => new ListValue([.. element.EnumerateArray().Select(item => ToValue(item, comparer))]),
            JsonValueKind.Object => ToDictionary(element, comparer),
            _ => NoneValue.Instance,
        };
        comparer.Budget.Leave();
        return value;
    }

    private static StringValue ToText(JsonElement element)
    {
        try
        {
            return new StringValue(element.GetString()!);
        }
        catch (InvalidOperationException)
        {
            throw NoUnicode("text", element.GetRawText());
        }
    }

    private static StringValue NameOf(JsonProperty property)
    {
        try
        {
            return new StringValue(property.Name);
        }
        catch (InvalidOperationException)
        {
            throw NoUnicode("name", property.ToString());
        }
    }

    private static TemplateFault NoUnicode(string what, string raw) => new($"a {what} in the input is not valid Unicode: {Shorten(raw)}");

    private static Value ToNumber(JsonElement element)
    {
        var raw = element.GetRawText();
        if (raw.AsSpan().IndexOfAny('.', 'e', 'E') >= 0)
        {
            return new FloatValue(double.Parse(raw, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        return raw.Length <= IntegerValue.MaxDigits
            ? IntegerValue.Of(BigInteger.Parse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : throw new TemplateFault($"an integer in the input has more than {IntegerValue.MaxDigits} digits: {Shorten(raw)}");
    }

    private static DictionaryValue ToDictionary(JsonElement element, ValueComparer comparer)
    {
        var dictionary = new DictionaryValue(comparer);
        foreach (var property in element.EnumerateObject())
        {
            dictionary.Set(NameOf(property), ToValue(property.Value, comparer));
        }

        return dictionary;
    }

    private static string Shorten(string raw) => raw.Length <= 40 ? raw : raw[..40] + "...";
}
