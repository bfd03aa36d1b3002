using System.Text;
using System.Text.Json;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Requests;

/// <summary>Refuses prompts that cannot fit into a context before all of them is encoded: encoding takes many times the memory of the text.</summary>
internal static class PromptLength
{
    /// <summary>The shortest message in JSON.</summary>
    private const int ShortestMessage = 24;

    /// <summary>Texts of up to this many characters for each token of the context are not checked.</summary>
    private const int UsualCharacters = 16;
    private const int LeastPrefix = 4096;
    private const int MaxJsonDepth = 64;

    /// <summary>Each message takes a token at least.</summary>
    /// <param name="messages">A JSON array; anything else is reported when the messages are read.</param>
    /// <param name="sessionLen">Tokens of the context.</param>
    /// <exception cref="EngineException"><see cref="ErrorCodes.ContextLengthExceeded"/>.</exception>
    public static void CheckMessages(string messages, int sessionLen)
    {
        if (messages.Length / ShortestMessage <= sessionLen)
        {
            return;
        }

        if (CountElements(messages) is var count && count > sessionLen)
        {
            throw Exceeded($"There are {count} messages of a token or more each", sessionLen);
        }
    }

    /// <summary>
    /// Encodes the beginning of a long text, doubling its length each time. A cut can add some tokens, but never doubles them. So a beginning with
    /// more than twice the context's tokens proves that the text does not fit.
    /// </summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.ContextLengthExceeded"/>.</exception>
    public static void CheckText(string text, int sessionLen, ModelTokenizer tokenizer)
    {
        for (var length = LeastPrefix + ((long)UsualCharacters * sessionLen); length < text.Length; length *= 2)
        {
            var end = (int)length - (char.IsHighSurrogate(text[(int)length - 1]) ? 1 : 0);
            var tokens = tokenizer.Encode(text[..end], addSpecialTokens: false).Length;
            if (tokens > 2L * sessionLen)
            {
                throw Exceeded($"The first {end} of {text.Length} characters are {tokens} tokens already", sessionLen);
            }
        }
    }

    private static EngineException Exceeded(string what, int sessionLen) =>
        new(ErrorCodes.ContextLengthExceeded, $"{what}; the input must be shorter than the model context length ({sessionLen}).");

    /// <summary>Counts the elements of a JSON array without copying them; 0 for anything else, which is reported when the messages are read.</summary>
    private static int CountElements(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = MaxJsonDepth });
        var count = 0;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return 0;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                reader.Skip();
                count++;
            }
        }
        catch (JsonException)
        {
            return 0;
        }

        return count;
    }
}
