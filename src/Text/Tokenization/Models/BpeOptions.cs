namespace LmDeploy.Text.Tokenization.Models;

/// <summary>The settings of a BPE model in tokenizer.json.</summary>
/// <param name="UnknownId">Stands for characters outside the vocabulary; null drops them.</param>
/// <param name="ByteFallback">Characters outside the vocabulary become tokens of the form &lt;0xAB&gt;, one a UTF-8 byte.</param>
/// <param name="FuseUnknown">Neighbouring unknown characters become one token.</param>
/// <param name="IgnoreMerges">A piece that is a token as a whole is taken as such.</param>
/// <param name="ContinuingPrefix">Stands before each character of a word but the first; empty for none.</param>
/// <param name="EndSuffix">Stands after the last character of a word; empty for none.</param>
internal sealed record BpeOptions(
    int? UnknownId, bool ByteFallback, bool FuseUnknown, bool IgnoreMerges, string ContinuingPrefix, string EndSuffix);
