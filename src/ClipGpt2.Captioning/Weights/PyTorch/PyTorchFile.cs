using ClipGpt2.Captioning.Weights.PyTorch.Archives;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch;

/// <summary>A file of PyTorch or of Python's <c>pickle</c>, read as data only: nothing in it is imported, called or run.</summary>
/// <remarks>
/// <para>
/// All forms are read: <c>torch.save</c>'s zip archives and the older form, plain pickles of the protocols 0 to 5 that hold their storages inline,
/// and the weights of TorchScript archives. Which it is tell the bytes, not the file's ending. What the file may name is an allow-list of exact
/// names; anything else is refused by name. Every size is checked against the file before memory is taken for it.
/// </para>
/// <para>
/// Opening reads the values, not the tensors, and needs no libtorch. A tensor that is read lies on the file's pages where the file stores it
/// contiguous, aligned and not deflated; it stays good after the file is disposed. While it is in use the file may be replaced or deleted but not shortened.
/// Safe from any number of threads.
/// </para>
/// </remarks>
public sealed class PyTorchFile : ITensorSource
{
    private readonly SafeFileHandle _handle;
    private readonly MappedFile _mapped;
    private readonly PyTorchTensors _all;

    private PyTorchFile(string path, SafeFileHandle handle)
    {
        _handle = handle;
        var length = RandomAccess.GetLength(handle);
        _mapped = new MappedFile(path, handle, length);
        Root = new PyTorchValue(path, TorchStream.Load(new FileRegion(path, handle, _mapped, 0, length), path));
        _all = new PyTorchTensors(path, TensorTree.Flatten(Root.Raw, path));
    }

    /// <inheritdoc/>
    public string Location => Root.File;

    /// <summary>What was saved.</summary>
    public PyTorchValue Root { get; }

    /// <summary>Every tensor in the file, named by its path in <see cref="Root"/>: <c>model.wte.weight</c>, <c>optimizer.state.0.exp_avg</c>.</summary>
    /// <remarks>A dictionary or list that is met twice counts where it is met first.</remarks>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _all.Tensors;

    /// <summary>The tensors as they are stored.</summary>
    internal IReadOnlyDictionary<string, StoredTensor> Stored => _all.Stored;

    /// <summary>Opens a file and reads its values.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="UnsafeCheckpointException">It asks for more than data; the message names what.</exception>
    /// <exception cref="CheckpointFormatException">It can't be read, is damaged, or is of another form.</exception>
    public static PyTorchFile Open(string path)
    {
        var handle = InputFile.Open(path);
        try
        {
            return new PyTorchFile(path, handle);
        }
        catch (Exception e)
        {
            handle.Dispose();
            if (InputFile.IsReading(e))
            {
                throw InputFile.Unreadable(path, e);
            }

            throw;
        }
    }

    /// <summary>The model's weights: all tensors if the file holds nothing else, or those under the key where training programs keep them.</summary>
    /// <remarks>
    /// The keys are <c>caption_model_state_dict</c> (the reference program's), <c>state_dict</c>, <c>model_state_dict</c>, <c>model_state</c>, <c>model</c>, <c>module</c> and
    /// <c>ema</c>, also in each other; of several the first counts. Where every name begins with one of them and a dot, such as parallel training's <c>module.</c>, or with
    /// <c>_orig_mod.</c>, that is cut off. Of a TorchScript archive they are its module's attributes.
    /// </remarks>
    /// <returns>The weights; they stay the file's.</returns>
    /// <exception cref="CheckpointFormatException">The file holds no state dict.</exception>
    internal ITensorSource StateDict() => Wrapping.TakeOff(new PyTorchTensors(Location, PyTorch.StateDict.Find(Root.Raw, Location)));

    /// <summary>The tensors within one of the file's values, named by their path in it.</summary>
    /// <param name="value">A value of this file, such as <c>Root["model"]</c>.</param>
    /// <returns>The tensors; they stay the file's.</returns>
    public ITensorSource TensorsOf(PyTorchValue value) => new PyTorchTensors(Location, TensorTree.Flatten(value.Raw, Location));

    /// <inheritdoc/>
    public torch.Tensor Read(string name) => _all.Read(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        _mapped.Dispose();
        _handle.Dispose();
    }

    /// <summary>The tensors within one of the file's values, which close the file when they are disposed.</summary>
    internal ITensorSource OwningTensorsOf(PyTorchValue value) => new PyTorchTensors(Location, TensorTree.Flatten(value.Raw, Location), this);

    /// <summary>The model's weights, which close the file when they are disposed, under the names that they have there.</summary>
    internal ITensorSource OwningStateDict() => new PyTorchTensors(Location, PyTorch.StateDict.Find(Root.Raw, Location), this);

    /// <summary>Opens a file for its model's weights alone, under the names that they have there.</summary>
    internal static ITensorSource OpenStateDict(string path)
    {
        var file = Open(path);
        try
        {
            return file.OwningStateDict();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
