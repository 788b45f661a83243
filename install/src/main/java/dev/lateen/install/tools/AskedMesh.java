package dev.lateen.install.tools;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A mesh whose control planes and proxies can be asked: the one of this machine, or a cluster's. Blocks; for one thread. */
interface AskedMesh extends AutoCloseable {
    /**
     * A page of every control plane.
     *
     * @throws dev.lateen.install.failure.CommandFailure if none is there to be asked
     */
    List<IstiodPage> istiods(String path);

    /**
     * The proxy that a user means.
     *
     * @throws dev.lateen.install.failure.CommandFailure if there is none of that name, several, or one that can't be asked
     */
    ProxyPages proxy(String given);

    /** Looked up among proxies that control planes told of, which may be anywhere; null where that is no question of names alone. */
    @Nullable
    ProxyPages neighbour(String name);

    @Override
    void close();

    /**
     * What a control plane answered.
     *
     * @param istiod its name
     * @param revision its own; empty where it has none to speak of
     * @param text the page; null if it didn't answer
     * @param failure why it didn't; null if it did
     */
    record IstiodPage(
            String istiod,
            String revision,
            @Nullable String text,
            @Nullable String failure) {}

    /** The admin pages of one proxy. */
    interface ProxyPages {
        /** {@code POD.NAMESPACE}, or its address where no more is known. */
        String name();

        /** A page. */
        String get(String path);

        /** What a POST answers. */
        String post(String path);
    }
}
