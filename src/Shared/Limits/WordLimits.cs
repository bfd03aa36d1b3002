namespace LmDeploy.Limits;

/// <summary>Limits of stop words and bad words, which are searched for after every token.</summary>
internal static class WordLimits
{
    /// <summary>Texts that end the answer.</summary>
    public const int MostStopWords = 1024;

    /// <summary>Texts that the answer must not have.</summary>
    public const int MostBadWords = 10_000;

    /// <summary>Characters of all of them together, for each of the two.</summary>
    public const int MostCharacters = 1 << 20;

    /// <summary>What is wrong with a list; null when it is within its bounds.</summary>
    /// <param name="name">What the caller calls it.</param>
    public static string? Problem(string name, IReadOnlyCollection<string> words, int most)
    {
        var characters = words.Count > most ? 0 : words.Sum(word => (long)word.Length);
        return words.Count > most ? $"{name} has {words.Count} texts; at most {most} are taken."
            : characters > MostCharacters ? $"{name} has {characters} characters in all; at most {MostCharacters} are taken."
            : null;
    }
}
