package dev.lateen.proxy.admin;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.Function;

/** A view of a list whose items are made when they are looked at, and not kept. */
public final class LazyList<S, T> extends AbstractList<T> implements RandomAccess {
    private final List<? extends S> sources;
    private final Function<S, T> make;

    /** @param make must give equal results each time */
    public LazyList(List<? extends S> sources, Function<S, T> make) {
        this.sources = sources;
        this.make = make;
    }

    @Override
    public T get(int index) {
        return make.apply(sources.get(index));
    }

    @Override
    public int size() {
        return sources.size();
    }
}
