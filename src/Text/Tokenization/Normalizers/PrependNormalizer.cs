namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>Puts a prefix before each text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public string Normalize(string text, long mostBytes) => text.Length == 0 ? text : NormalizedSize.Check(prefix + text, mostBytes);
}
