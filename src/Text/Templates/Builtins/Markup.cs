using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>markupsafe's HTML escaping.</summary>
internal static class Markup
{
    /// <summary>A value's text with HTML's special characters replaced, unless it is marked safe.</summary>
    public static string Escape(Value value, RenderContext context)
    {
        var text = context.Text(value);
        if (value is StringValue { IsSafe: true } || text.AsSpan().IndexOfAny("&<>'\"") < 0)
        {
            return text;
        }

        var escaped = new TextBuffer(context.Budget);
        foreach (var c in text)
        {
            switch (c)
            {
                case '&':
                    escaped.Append("&amp;");
                    break;
                case '<':
                    escaped.Append("&lt;");
                    break;
                case '>':
                    escaped.Append("&gt;");
                    break;
                case '\'':
                    escaped.Append("&#39;");
                    break;
                case '"':
                    escaped.Append("&#34;");
                    break;
                default:
                    escaped.Append(c);
                    break;
            }
        }

        return escaped.ToString();
    }
}
