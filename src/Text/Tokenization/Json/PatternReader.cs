using LmDeploy.Text.Tokenization.Patterns;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads {"String": ..} and {"Regex": ..}.</summary>
internal static class PatternReader
{
    public static IPattern Read(JsonPlace place)
    {
        if (place.Find("String") is { } literal)
        {
            return new LiteralPattern(literal.AsString());
        }

        var expression = place.Find("Regex") ?? throw place.Invalid("expected \"String\" or \"Regex\"");
        try
        {
            return new RegexPattern(expression.AsString());
        }
        catch (FormatException e)
        {
            throw expression.Invalid(e.Message, e);
        }
    }
}
