#:project ../src/Client/LmDeploy.Client.csproj
#:property PublishAot=false

// The worker is killed in the middle of an answer. Another one takes its place, and the answer goes on after its last token.
using System.Diagnostics;
using LmDeploy;

await using var pipe = await Pipeline.CreateAsync(args.Length > 0 ? args[0] : Checkout.Model("boulder"));
var config = new GenerationConfig { MaxNewTokens = 400, IgnoreEos = true, SkipSpecialTokens = false };
var undisturbed = await pipe.InferAsync("What is 25 + 41?", config);

var worker = pipe.WorkerPid;
Response? whole = null;
await foreach (var chunk in pipe.StreamInferAsync("What is 25 + 41?", config))
{
    whole = whole?.Extend(chunk) ?? chunk;
    if (whole.TokenIds.Count >= 20 && pipe.WorkerPid == worker && worker > 0)
    {
        Console.WriteLine($"killing process {worker} after {whole.TokenIds.Count} tokens");
        Process.GetProcessById(worker).Kill();
        worker = 0;
    }
}

Console.WriteLine($"process {pipe.WorkerPid} went on: {whole!.TokenIds.Count} tokens, ended by {whole.FinishReason}");
Console.WriteLine($"the same as without the crash: {whole.TokenIds.SequenceEqual(undisturbed.TokenIds)}");
foreach (var failure in pipe.Failures)
{
    Console.WriteLine($"{failure.Kind} of process {failure.WorkerPid} by {failure.Signal} during {failure.Activity}");
}
