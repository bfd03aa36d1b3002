using System.Text.Json;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads a "vocab" that is an object of token to id.</summary>
internal static class VocabularyReader
{
    public static Vocabulary Read(JsonPlace place)
    {
        place.Require(JsonValueKind.Object, "an object of token to id");
        var vocabulary = new Vocabulary(place.Element.GetPropertyCount());
        foreach (var entry in place.Element.EnumerateObject())
        {
            var token = place.NameOf(entry);
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id is < 0 or > JsonPlace.MaxId)
            {
                throw place.Invalid($"the id of \"{token}\" is {entry.Value.GetRawText()}, expected a whole number from 0 to {JsonPlace.MaxId}");
            }

            if (!vocabulary.TryAdd(token, id))
            {
                throw place.Invalid($"the token \"{token}\" or its id {id} is there twice");
            }
        }

        return vocabulary;
    }
}
