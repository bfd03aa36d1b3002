using LmDeploy.Text.Tokenization.Models;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads a "model" of type Unigram: pairs of token and score, the id being the index.</summary>
internal static class UnigramReader
{
    public static UnigramModel Read(JsonPlace place)
    {
        var entries = place.Member("vocab");
        var vocabulary = new Vocabulary(1024);
        var scores = new List<float>();
        foreach (var entry in entries.Items())
        {
            var pair = entry.Items().Take(3).ToArray();
            if (pair.Length != 2)
            {
                throw entry.Invalid("expected a token and its score");
            }

            if (scores.Count > JsonPlace.MaxId || !vocabulary.TryAdd(pair[0].AsString(), scores.Count))
            {
                throw entry.Invalid($"the token \"{pair[0].AsString()}\" is there twice, or there are over {JsonPlace.MaxId} tokens");
            }

            scores.Add(pair[1].AsFloat());
        }

        var unknownId = place.Find("unk_id")?.AsId();
        return unknownId >= scores.Count
            ? throw place.Invalid($"unk_id {unknownId} is not in the vocabulary of {scores.Count} tokens")
            : new UnigramModel(vocabulary, [.. scores], unknownId, place.Flag("byte_fallback", false));
    }
}
