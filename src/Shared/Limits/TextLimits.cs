namespace LmDeploy.Limits;

/// <summary>How long texts may be that are encoded or decoded for themselves, whatever the context of the model is.</summary>
internal static class TextLimits
{
    /// <summary>Characters (UTF-16) of a text that is encoded, after the chat template. Up to 100 bytes are taken for each meanwhile.</summary>
    public const int MostEncoded = 4 << 20;

    /// <summary>Characters that token ids are decoded to; a token may have hundreds.</summary>
    public const int MostDecoded = 8 << 20;

    /// <summary>What takes more bytes than this waits for others of its kind, so that one of them at a time takes memory.</summary>
    public const int SmallBytes = 64 << 10;

    /// <summary>What is wrong with the length of a text that is to be encoded; null when nothing is.</summary>
    public static string? Problem(int characters) =>
        characters <= MostEncoded ? null : $"The text has {characters} characters; at most {MostEncoded} are encoded at once.";
}
