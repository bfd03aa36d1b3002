using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Admission;

/// <summary>The key of a recorded peak: the model's files, the settings that affect memory, and the kind of device.</summary>
internal static class PeakKey
{
    public static string Create(ModelSize model, WorkerSpec spec, bool onGpu)
    {
        var engine = spec.Engine;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture, $"{spec.Model}\n{(onGpu ? "cuda" : "cpu")} {EnumWords.Of(engine.Dtype)} {engine.SessionLen} {engine.MaxBatchSize} ");
        text.Append(CultureInfo.InvariantCulture, $"{engine.MaxPrefillTokenNum} {engine.CacheBlockSeqLen} {engine.CacheMaxEntryCount:R} {engine.Threads} "
            + $"{engine.HasEnablePrefixCaching && !engine.EnablePrefixCaching} {spec.ReadsWeights}");
        foreach (var file in model.Files)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))[..16]);
    }
}
