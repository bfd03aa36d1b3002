namespace LmDeploy.Worker.Tokenization.Normalizers;

/// <summary>Rewrites a text before it is split. Implementations are immutable and safe for concurrent use.</summary>
internal interface INormalizer
{
    string Normalize(string text);
}
