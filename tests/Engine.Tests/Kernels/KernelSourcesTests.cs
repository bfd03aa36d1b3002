using System.Text.RegularExpressions;
using LmDeploy.Engine.Decoders.Cuda.Checks;
using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;

namespace LmDeploy.Engine.Tests.Kernels;

/// <summary>
/// Numbers that a source shares with who launches it stand in C# alone and come by <c>-D</c>. A source says at its beginning which it needs, and does not
/// compile without them.
/// </summary>
public sealed partial class KernelSourcesTests
{
    /// <summary>Parameters of templates, and what a compiler or element.cu defines.</summary>
    private static readonly string[] Others = ["ROWS", "TILES", "COUNT", "OFFSET", "__CUDA_ARCH__", "__CUDA_ARCH_FEAT_SM90_ALL", "INFINITY_F", "HAS_MMA"];

    /// <summary>One of these is defined, and a source tells them apart.</summary>
    private static readonly string[] Choices =
    [
        "ELEMENT_FLOAT", "ELEMENT_BFLOAT16", "ELEMENT_FLOAT16", "ACTIVATION_SILU", "ACTIVATION_GELU", "ACTIVATION_GELU_TANH", "ACTIVATION_RELU",
    ];

    private static readonly Dictionary<string, string> Sources = ReadSources();

    private static readonly string[] Passed =
    [
        .. CheckShapes.All.SelectMany(sizes => sizes.Options).Select(option => option["-D".Length..].Split('=')[0]).Distinct(),
    ];

    public static TheoryData<string> Names => [.. Sources.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Source_NeedsWhatItUses_AndAllOfItIsPassed(string name)
    {
        var code = Code(Sources[name]);
        var own = Defined(string.Concat(Sources.Values.Select(Code)));
        var used = Identifier().Matches(code).Select(match => match.Value).Distinct().Except(own).Except(Others).Except(Choices).Order().ToList();

        used.Except(Passed).ShouldBeEmpty("nothing passes these");
        Needed(name).Order().ToList().ShouldBe(used, customMessage: "the source does not compile without what it uses");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Source_SpellsNoPassedNumberItself(string name)
    {
        Defined(Code(Sources[name])).Intersect(Passed).ShouldBeEmpty();
        Constant().Matches(Code(Sources[name])).Select(match => match.Groups[1].Value).Intersect(Passed).ShouldBeEmpty();
    }

    [Fact]
    public void Options_AreAllNeeded() => Passed.Except(Sources.Keys.SelectMany(Needed)).Except(Choices).ShouldBeEmpty();

    [Fact]
    public void Choices_AreAllThereAreOptionsFor()
    {
        var activations = Enum.GetValues<Activation>().Where(KernelDefinitions.Computes);
        var passed = activations
            .SelectMany(activation => (CheckShapes.All[0] with { Activation = activation }).Options)
            .Where(option => option.StartsWith("-DACTIVATION_", StringComparison.Ordinal));
        passed.Select(option => option["-D".Length..]).ShouldBe(
            Choices.Where(choice => choice.StartsWith("ACTIVATION_", StringComparison.Ordinal)), ignoreOrder: true);
        Choices.ShouldAllBe(choice => Sources.Values.Any(source => source.Contains($"defined({choice})")));
    }

    [Fact]
    public void Options_OfADecoderWithoutExperts_HaveNoneOfTheirs()
    {
        var plain = CheckShapes.All.First(sizes => sizes.Experts == 0);
        plain.Options.ShouldNotContain(option => option.StartsWith("-DEXPERT", StringComparison.Ordinal));
        plain.Options.Select(option => option.Split('=')[0]).ShouldBeUnique();
    }

    /// <summary>The names of <c>#if !defined(A) || !defined(B)</c> before an <c>#error</c>.</summary>
    private static IEnumerable<string> Needed(string name) =>
        Guard().Matches(Sources[name]).SelectMany(guard => Regex.Matches(guard.Value, @"!defined\((\w+)\)").Select(match => match.Groups[1].Value));

    private static IEnumerable<string> Defined(string code) => Definition().Matches(code).Select(match => match.Groups[1].Value);

    /// <summary>Without comments, texts and the guards of what is needed.</summary>
    private static string Code(string source) => Regex.Replace(Guard().Replace(source, ""), @"//[^\n]*|""(?:[^""\\]|\\.)*""", "");

    private static Dictionary<string, string> ReadSources()
    {
        var assembly = typeof(DecoderKernels).Assembly;
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.EndsWith(".cu", StringComparison.Ordinal))
            .ToDictionary(name => name.Split('.')[^2], name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            });
    }

    [GeneratedRegex(@"\b_*[A-Z][A-Z0-9_]{2,}\b")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"#define (\w+)")]
    private static partial Regex Definition();

    [GeneratedRegex(@"\bconst(?:expr)? \w+ (\w+) =")]
    private static partial Regex Constant();

    [GeneratedRegex(@"#if (?:!defined\(\w+\)(?: \|\| (?:\\\n +)?)?)+\n#error [^\n]*\n#endif\n")]
    private static partial Regex Guard();
}
