using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Engine.StepInput;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>
/// The inputs of a step in one block of device memory, filled by one copy: tokens, positions and slots of every row, lengths and block tables of
/// decode rows, and the prompt layout. Double-buffered: the inputs of the next step can be written while those of this step are copied. Owns its
/// memory. Not thread-safe.
/// </summary>
internal sealed class StepInputs : IDisposable
{
    private readonly int _rows;
    private readonly (PinnedBuffer Numbers, CudaEvent Copied)[] _hosts;
    private readonly torch.Tensor _device;
    private readonly nint _pointer;
    private readonly int _capacity;
    private long _steps;

    /// <param name="rows">Rows of the largest step.</param>
    /// <param name="entries">Room for what the sequences of one step have: block tables, and pieces of prompts.</param>
    public StepInputs(int rows, int entries, torch.Device device)
    {
        _rows = rows;
        _capacity = entries;
        var length = (4 * rows) + 1 + entries;
        _hosts = [(new PinnedBuffer(length), new CudaEvent()), (new PinnedBuffer(length), new CudaEvent())];
        _device = torch.zeros(length, dtype: torch.int32, device: device).DetachFromDisposeScope();
        _pointer = TorchShim.DataPointer(_device);
    }

    /// <summary>Creates inputs that fit a step and at least as much as the instance before.</summary>
    /// <param name="before">Disposed; null for none.</param>
    public static StepInputs For(StepBatch batch, StepInputs? before, torch.Device device)
    {
        before?.Dispose();
        return new StepInputs(Math.Max(batch.Rows, before?._rows ?? 0), Math.Max(2 * (int)Entries(batch), before?._capacity ?? 1), device);
    }

    public nint Tokens => _pointer;

    public nint Positions => At(_rows);

    public nint Slots => At(2 * _rows);

    public DecodeLengths Lengths => new(At(3 * _rows), At((4 * _rows) + 1), At(4 * _rows));

    /// <summary>Of the step that was filled in last.</summary>
    public PromptTiles Prompts { get; private set; }

    /// <summary>[slices]: the last row of each slice of the step that was filled in last, if it has prompts.</summary>
    public nint Ends { get; private set; }

    /// <summary>Whether a step fits.</summary>
    public bool Holds(StepBatch batch) => batch.Rows <= _rows && Entries(batch) <= _capacity;

    /// <summary>Enqueues the copy of a step's inputs. Waits for the copy before the last one, whose buffer it reuses.</summary>
    /// <param name="rows">At least as many as the step has; the others are filled with rows that write nothing.</param>
    public void Fill(StepBatch batch, int rows, CudaStream stream)
    {
        var (numbers, copied) = _hosts[_steps++ % _hosts.Length];
        copied.Synchronize();
        var host = numbers.Span;
        var row = 0;
        foreach (var slice in batch.Slices)
        {
            var tokens = slice.Tokens.Span;
            for (var i = 0; i < tokens.Length; i++, row++)
            {
                var position = slice.FirstPosition + i;
                host[row] = tokens[i];
                host[_rows + row] = position;
                host[(2 * _rows) + row] = (int)slice.Blocks.Slot(position);
            }
        }

        for (; row < rows; row++)
        {
            (host[row], host[_rows + row], host[(2 * _rows) + row]) = (0, 0, -1);
        }

        var end = FillLengths(batch, host);
        var prompts = PromptLayout.Fill(batch, host[end..]);
        Prompts = new PromptTiles(prompts.Count, At(end + prompts.Tiles), At(end));
        Ends = At(end + prompts.Ends);
        numbers.CopyTo(_pointer, end + prompts.Length, stream);
        copied.Record(stream);
    }

    public void Dispose()
    {
        foreach (var (numbers, copied) in _hosts)
        {
            copied.Synchronize();
            copied.Dispose();
            numbers.Dispose();
        }

        _device.Dispose();
    }

    private static int Width(StepBatch batch) => batch.SingleTokenSlices == 0 ? 1 : batch.Slices.Take(batch.SingleTokenSlices).Max(slice => slice.Blocks.Count);

    private static long Entries(StepBatch batch) => ((long)batch.SingleTokenSlices * Width(batch)) + PromptLayout.LengthOf(batch);

    /// <returns>How many integers are filled in.</returns>
    private int FillLengths(StepBatch batch, Span<int> host)
    {
        var lengths = host.Slice(3 * _rows, _rows);
        lengths.Clear();
        var width = Width(batch);
        host[4 * _rows] = width;
        var tables = host[((4 * _rows) + 1)..];
        for (var i = 0; i < batch.SingleTokenSlices; i++)
        {
            var slice = batch.Slices[i];
            lengths[i] = slice.Length;
            slice.Blocks.CopyBlocks(tables.Slice(i * width, width));
        }

        return (4 * _rows) + 1 + (batch.SingleTokenSlices * width);
    }

    private nint At(int index) => _pointer + (index * sizeof(int));
}
