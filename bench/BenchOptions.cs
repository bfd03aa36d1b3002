using System.CommandLine;

namespace LmDeploy.Bench;

/// <summary>The command line.</summary>
/// <param name="Words">What is measured.</param>
/// <param name="Engine">How models are loaded, in process and in pipelines.</param>
/// <param name="Rounds">How many workers are killed.</param>
/// <param name="Standby">How many workers stand by meanwhile.</param>
internal sealed record BenchOptions(string[] Words, EngineConfig Engine, int Rounds, int Standby)
{
    /// <returns>Null for what is no command line.</returns>
    public static BenchOptions? Parse(string[] args)
    {
        Argument<string[]> words = new("words");
        Option<EngineDevice> device = new("--device");
        Option<EngineDtype> dtype = new("--dtype");
        Option<LoadFormat> loadFormat = new("--load-format");
        Option<int?> sessionLen = new("--session-len");
        Option<double> cache = new("--cache-max-entry-count") { DefaultValueFactory = _ => new EngineConfig().CacheMaxEntryCount };
        Option<int> rounds = new("--rounds") { DefaultValueFactory = _ => 10 };
        Option<int> standby = new("--standby");
        var result = new RootCommand { words, device, dtype, loadFormat, sessionLen, cache, rounds, standby }.Parse(args);
        if (result.Errors.Count > 0 || result.GetValue(words) is not { } given)
        {
            return null;
        }

        var engine = new EngineConfig
        {
            Device = result.GetValue(device),
            Dtype = result.GetValue(dtype),
            LoadFormat = result.GetValue(loadFormat),
            SessionLen = result.GetValue(sessionLen),
            CacheMaxEntryCount = result.GetValue(cache),
        };
        return new BenchOptions(given, engine, result.GetValue(rounds), result.GetValue(standby));
    }
}
