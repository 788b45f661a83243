package dev.lateen.proxy.identity;

import java.util.Set;

/** Brings secrets that come neither over xDS nor from an SDS server. */
public interface SecretSource {
    /** Whether a secret of this name, if it can be had at all, comes from here. Any thread. */
    boolean brings(String name);

    /**
     * Takes all names that something refers to and that come from here; what is not among them any more need not be brought. Called one at a time; must not block.
     *
     * @param names each of them {@linkplain #brings brought} by this source
     */
    void want(Set<String> names);
}
