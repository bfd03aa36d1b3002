using LmDeploy.Text.Tokenization.PostProcessors;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads "post_processor": what it does to a single text.</summary>
internal static class TemplateReader
{
    public static Template Read(JsonPlace place) => place.Type() switch
    {
        "ByteLevel" => Template.Empty,
        "Sequence" => place.Member("processors").Items().Aggregate(Template.Empty, (inner, processor) => inner.Within(Read(processor))),
        "TemplateProcessing" => ReadTemplate(place),
        var other => throw place.Invalid(
            $"the post-processor \"{other}\" is not supported; supported are Sequence, ByteLevel, TemplateProcessing"),
    };

    private static Template ReadTemplate(JsonPlace place)
    {
        var before = new List<int>();
        var after = new List<int>();
        var sequences = 0;
        foreach (var item in place.Member("single").Items())
        {
            if (item.Find("Sequence") is { } sequence)
            {
                sequences++;
                RequireFirstText(sequence);
            }
            else
            {
                (sequences == 0 ? before : after).AddRange(IdsOf(place, item.Member("SpecialToken").Member("id")));
            }
        }

        return sequences == 1 ? new Template(before, after) : throw place.Invalid("\"single\" must have the sequence A once");
    }

    private static void RequireFirstText(JsonPlace sequence)
    {
        if (sequence.Text("id") is not "A")
        {
            throw sequence.Invalid("only the sequence A can be in \"single\"");
        }
    }

    private static IEnumerable<int> IdsOf(JsonPlace place, JsonPlace name)
    {
        var token = place.Member("special_tokens").Find(name.AsString())
            ?? throw name.Invalid($"\"{name.AsString()}\" is not in \"special_tokens\"");
        return token.Member("ids").Items().Select(id => id.AsId());
    }
}
