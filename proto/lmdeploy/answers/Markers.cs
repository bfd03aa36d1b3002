namespace LmDeploy.Answers;

/// <summary>Words in an answer that begin or end one of its parts.</summary>
internal static class Markers
{
    public const string ThinkBegin = "<think>";
    public const string ThinkEnd = "</think>";

    /// <summary>Of the calls of Qwen and Hermes models.</summary>
    public const string HermesBegin = "<tool_call>";
    public const string HermesEnd = "</tool_call>";

    /// <summary>Of Mistral's.</summary>
    public const string MistralBegin = "[TOOL_CALLS]";
    public const string MistralArguments = "[ARGS]";
    public const string MistralCallId = "[CALL_ID]";

    /// <summary>Of Llama's.</summary>
    public const string LlamaBegin = "<|python_tag|>";

    /// <summary>How many characters at the end of a text may be the beginning of the marker.</summary>
    public static int Partial(ReadOnlySpan<char> text, ReadOnlySpan<char> marker)
    {
        for (var length = Math.Min(text.Length, marker.Length - 1); length > 0; length--)
        {
            if (text[^length..].SequenceEqual(marker[..length]))
            {
                return length;
            }
        }

        return 0;
    }
}
