using System.Globalization;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Cache;

/// <summary>Decides how many blocks the key-value cache has.</summary>
internal static class CachePlanner
{
    /// <param name="entries">The setting <c>cache_max_entry_count</c>: up to 1 a share of the free memory, above it a number of blocks.</param>
    /// <param name="blockBytes">Bytes of one block over all layers.</param>
    /// <param name="freeBytes">Memory that is free now.</param>
    /// <param name="mostBlocks">The number of blocks that a full batch of longest sequences fills.</param>
    /// <returns>Blocks that can be handed out, at least one.</returns>
    /// <exception cref="EngineException"><see cref="ErrorCodes.OutOfMemory"/>.</exception>
    public static int Blocks(double entries, long blockBytes, long freeBytes, long mostBlocks)
    {
        var wanted = entries > 1 ? (long)entries : (long)(freeBytes * entries / blockBytes);
        var blocks = entries > 1 ? wanted : Math.Min(wanted, mostBlocks);
        if (blocks < 1)
        {
            throw OutOfMemory(string.Create(
                CultureInfo.InvariantCulture,
                $"No block of the key-value cache fits: a block has {blockBytes} bytes, and cache_max_entry_count {entries:G} grants that share of "
                    + $"{freeBytes} free bytes. Raise cache_max_entry_count or lower cache_block_seq_len."));
        }

        if (entries > 1 && blocks > freeBytes / blockBytes)
        {
            throw OutOfMemory(string.Create(
                CultureInfo.InvariantCulture,
                $"The key-value cache needs {blocks} blocks of {blockBytes} bytes, but only {freeBytes} bytes are free. Lower cache_max_entry_count."));
        }

        return (int)Math.Min(blocks, int.MaxValue / 2);
    }

    private static EngineException OutOfMemory(string message) => new(ErrorCodes.OutOfMemory, message, "cache_max_entry_count");
}
