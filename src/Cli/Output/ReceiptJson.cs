using System.Text.Json;
using LmDeploy.Words;

namespace LmDeploy.Cli.Output;

/// <summary>Writes receipts as JSON and as a sentence.</summary>
internal static class ReceiptJson
{
    /// <summary>The fields that comparisons are made of.</summary>
    public static void WriteFields(Utf8JsonWriter json, ReclaimReceipt receipt)
    {
        json.WriteString("verdict", receipt.Verdict.ToString());
        json.WriteNumber("reclaimed_bytes", receipt.ReclaimedBytes);
        json.WriteNumber("residual_bytes", receipt.ResidualBytes);
        json.WriteNumber("milliseconds", receipt.ReclaimTime.TotalMilliseconds);
    }

    /// <summary>All there is to say.</summary>
    public static void WriteAll(Utf8JsonWriter json, ReclaimReceipt receipt)
    {
        WriteFields(json, receipt);
        json.WriteString("reason", receipt.Reason);
        json.WriteNumber("worker_pid", receipt.WorkerPid);
        json.WriteString("memory", EnumWords.Of(receipt.Memory));
        json.WriteNumber("held_bytes", receipt.HeldBytes);
        json.WriteNumber("peak_bytes", receipt.PeakBytes);
        json.WriteNumber("exit_milliseconds", receipt.ExitTime.TotalMilliseconds);
        json.WriteString("how", EnumWords.Of(receipt.Exit));
    }

    public static string Describe(ReclaimReceipt receipt)
    {
        var reason = receipt.Reason.Length > 0 ? $" ({receipt.Reason})" : "";
        var time = receipt.ReclaimTime.TotalMilliseconds;
        return Units.Format($"{receipt.Verdict}{reason}: {Units.Bytes(receipt.ReclaimedBytes)} back, {Units.Bytes(receipt.ResidualBytes)} left, {time:0} ms");
    }
}
