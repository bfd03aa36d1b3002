using System.Text;

namespace LmDeploy.Prompting;

/// <summary>Writes a conversation as the JSON array that chat templates are given.</summary>
internal static class MessageJson
{
    /// <summary>Text without a UTF-8 form is kept as it is, for <see cref="PromptWire.Problem"/> to find.</summary>
    public static string Write(IEnumerable<PromptMessage> messages)
    {
        var json = new StringBuilder("[");
        foreach (var message in messages)
        {
            json.Append(json.Length > 1 ? "," : "");
            if (message.Json is { } raw)
            {
                json.Append(raw);
                continue;
            }

            json.Append("{\"role\":");
            AppendString(json, message.Role);
            json.Append(",\"content\":");
            AppendString(json, message.Content);
            json.Append('}');
        }

        return json.Append(']').ToString();
    }

    private static void AppendString(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                < ' ' => json.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture)),
                _ => json.Append(c),
            };
        }

        json.Append('"');
    }
}
