using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;
using LmDeploy.Text.Tokenization.Models;

namespace LmDeploy.Text.Tests.Tokenization.Models;

public sealed class UnigramModelTests
{
    private static readonly (string Token, float Score)[] _entries =
        [("<unk>", 0), ("a", -1), ("b", -2), ("ab", -2.5f), ("abc", -10), ("c", -1), ("<0xC3>", -20), ("<0xA9>", -20), ("never", UnigramModel.Never)];

    [Theory]
    [InlineData("ab", "ab")]
    [InlineData("abc", "ab c")]
    [InlineData("axyzb", "a <unk> b")]
    [InlineData("a😀b", "a <unk> b")]
    [InlineData("never", "<unk>")]
    [InlineData("", "")]
    public void Encode_TakesTheBestSegmentation(string text, string expected) =>
        Encode(Model(0, byteFallback: false), text).ShouldBe(expected);

    [Fact]
    public void Encode_FallsBackToBytesWhereAllAreThere()
    {
        Encode(Model(0, byteFallback: true), "éa").ShouldBe("<0xC3> <0xA9> a");
        Encode(Model(0, byteFallback: true), "éèa").ShouldBe("<unk> a");
    }

    [Fact]
    public void Encode_RefusesUnknownTextWithoutUnknownToken() =>
        Should.Throw<EngineException>(() => Encode(Model(null, byteFallback: false), "x")).Code.ShouldBe("invalid_request");

    private static UnigramModel Model(int? unknownId, bool byteFallback)
    {
        var vocabulary = new Vocabulary(_entries.Length);
        for (var id = 0; id < _entries.Length; id++)
        {
            vocabulary.TryAdd(_entries[id].Token, id).ShouldBeTrue();
        }

        return new UnigramModel(vocabulary, [.. _entries.Select(entry => entry.Score)], unknownId, byteFallback);
    }

    private static string Encode(UnigramModel model, string text)
    {
        var ids = new List<int>();
        model.Encode(text, ids);
        return string.Join(' ', ids.Select(id => _entries[id].Token));
    }
}
