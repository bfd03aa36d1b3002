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
        "BertProcessing" or "RobertaProcessing" => new Template([IdOf(place.Member("cls"))], [IdOf(place.Member("sep"))]),
        var other => throw place.Invalid(
            $"the post-processor \"{other}\" is not supported; supported are Sequence, ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing"),
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

    /// <summary>The id of a pair of token and id.</summary>
    private static int IdOf(JsonPlace pair)
        => pair.Items().Take(3).ToArray() is [_, var id] ? id.AsId() : throw pair.Invalid("expected a token and its id");

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
