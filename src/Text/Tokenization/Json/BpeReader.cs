using System.Text.Json;
using LmDeploy.Text.Tokenization.Models;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads a "model" of type BPE.</summary>
internal static class BpeReader
{
    public static BpeModel Read(JsonPlace place)
    {
        if (place.Find("dropout") is { } dropout && dropout.AsFloat() > 0)
        {
            throw dropout.Invalid("dropout makes tokenization random, which is not supported; expected null");
        }

        var vocabulary = VocabularyReader.Read(place.Member("vocab"));
        var prefix = place.Text("continuing_subword_prefix") ?? "";
        var options = new BpeOptions(
            ReadUnknown(place, vocabulary),
            place.Flag("byte_fallback", false),
            place.Flag("fuse_unk", false),
            place.Flag("ignore_merges", false),
            prefix,
            place.Text("end_of_word_suffix") ?? "");
        return new BpeModel(vocabulary, ReadMerges(place.Member("merges"), vocabulary, prefix), options);
    }

    private static int? ReadUnknown(JsonPlace place, Vocabulary vocabulary)
    {
        if (place.Find("unk_token") is not { } unknown)
        {
            return null;
        }

        return vocabulary.TryGetId(unknown.AsString(), out var id)
            ? id
            : throw unknown.Invalid($"\"{unknown.AsString()}\" is not in the vocabulary");
    }

    private static MergeTable ReadMerges(JsonPlace place, Vocabulary vocabulary, string prefix)
    {
        place.Require(JsonValueKind.Array, "an array of merges");
        var merges = new MergeTable(place.Element.GetArrayLength());
        var joined = new char[(2 * vocabulary.LongestToken) + 1];
        var rank = 0;
        foreach (var entry in place.Element.EnumerateArray())
        {
            var merge = new JsonPlace(entry, place.File, place.Path);
            var (left, right) = Sides(merge, rank);
            if (!vocabulary.TryGetId(left, out var leftId) || !vocabulary.TryGetId(right, out var rightId))
            {
                throw merge.Invalid($"merge {rank}, \"{left}\" and \"{right}\", names a token that is not in the vocabulary");
            }

            if (right.Length < prefix.Length || left.Length == 0 || right.Length == 0)
            {
                throw merge.Invalid($"merge {rank}, \"{left}\" and \"{right}\", has an empty side");
            }

            left.CopyTo(joined);
            right.AsSpan(prefix.Length).CopyTo(joined.AsSpan(left.Length));
            if (!vocabulary.TryGetId(joined.AsSpan(0, left.Length + right.Length - prefix.Length), out var id))
            {
                throw merge.Invalid($"the result of merge {rank}, \"{left}\" and \"{right}\", is not in the vocabulary");
            }

            merges.Set((left, leftId), (right, rightId), new MergeTable.Merge(rank, id));
            rank++;
        }

        return merges;
    }

    /// <summary>A merge is written as ["a", "b"] or, in older files, as "a b".</summary>
    private static (string Left, string Right) Sides(JsonPlace merge, int rank)
    {
        if (merge.Element.ValueKind == JsonValueKind.Array && merge.Element.GetArrayLength() == 2)
        {
            return (merge.Side(0), merge.Side(1));
        }

        if (merge.Element.ValueKind == JsonValueKind.String && merge.AsString().Split(' ') is [var left, var right])
        {
            return (left, right);
        }

        throw merge.Invalid($"merge {rank} is neither two tokens in an array nor two tokens with one space between them");
    }

    private static string Side(this JsonPlace merge, int index) =>
        new JsonPlace(merge.Element[index], merge.File, merge.Path).AsString();
}
