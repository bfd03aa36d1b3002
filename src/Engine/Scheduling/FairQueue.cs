using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// A round-robin queue of callers. Items of one caller stay in order, and a caller waits for at most one item of each other caller. Not thread-safe.
/// </summary>
internal sealed class FairQueue<T>
{
    private readonly LinkedList<(object Caller, Queue<T> Items)> _turns = new();
    private readonly Dictionary<object, LinkedListNode<(object Caller, Queue<T> Items)>> _callers = [];

    public int Count { get; private set; }

    public void Enqueue(object caller, T item)
    {
        if (!_callers.TryGetValue(caller, out var node))
        {
            node = _turns.AddLast((caller, new Queue<T>()));
            _callers.Add(caller, node);
        }

        node.Value.Items.Enqueue(item);
        Count++;
    }

    /// <summary>Peeks at the next item. Callers without a turn now keep their places in the round.</summary>
    /// <param name="mayTake">Says of a caller whether it may have a turn.</param>
    public bool TryPeek(Func<object, bool> mayTake, [MaybeNullWhen(false)] out T item)
    {
        for (var node = _turns.First; node is not null; node = node.Next)
        {
            if (mayTake(node.Value.Caller))
            {
                _turns.Remove(node);
                _turns.AddFirst(node);
                return node.Value.Items.TryPeek(out item);
            }
        }

        item = default;
        return false;
    }

    /// <summary>Whether a caller that satisfies the predicate is waiting.</summary>
    public bool AnyCaller(Func<object, bool> predicate) => _turns.Any(turn => predicate(turn.Caller));

    /// <summary>Takes the item that was looked at last, and its caller to the end of the round.</summary>
    public T Dequeue()
    {
        var node = _turns.First ?? throw new InvalidOperationException("The queue is empty.");
        var item = node.Value.Items.Dequeue();
        Count--;
        _turns.RemoveFirst();
        if (node.Value.Items.Count > 0)
        {
            _turns.AddLast(node);
        }
        else
        {
            _callers.Remove(node.Value.Caller);
        }

        return item;
    }

    /// <summary>Takes out every item that fits, wherever it stands.</summary>
    public List<T> RemoveAll(Predicate<T> predicate)
    {
        var removed = new List<T>();
        for (var node = _turns.First; node is not null;)
        {
            var next = node.Next;
            var items = node.Value.Items;
            for (var left = items.Count; left > 0; left--)
            {
                var item = items.Dequeue();
                if (predicate(item))
                {
                    removed.Add(item);
                }
                else
                {
                    items.Enqueue(item);
                }
            }

            if (items.Count == 0)
            {
                _callers.Remove(node.Value.Caller);
                _turns.Remove(node);
            }

            node = next;
        }

        Count -= removed.Count;
        return removed;
    }
}
