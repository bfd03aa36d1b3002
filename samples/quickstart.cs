#:project ../src/Client/LmDeploy.Client.csproj
#:property PublishAot=false

// One model: an answer, and what ending it gave back.
using LmDeploy;

using var pipe = Pipeline.Create(args.Length > 0 ? args[0] : Checkout.Model("boulder"));
Console.WriteLine($"{pipe.Model.Architecture}, {pipe.Model.Parameters:N0} parameters, loaded in {pipe.LoadTime.TotalSeconds:F2} s by process {pipe.WorkerPid}");
Console.WriteLine(pipe.Infer("What is 25 + 41?").Text);

var receipt = pipe.Close();
Console.WriteLine($"{receipt.Verdict}: {receipt.ReclaimedBytes:N0} bytes back, {receipt.ResidualBytes:N0} left, {receipt.ReclaimTime.TotalMilliseconds:F0} ms");
