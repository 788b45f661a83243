package dev.lateen.proxy.identity;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says who brings a secret: each name goes to the first source that has it, and one that nobody brings is told once. Used by one thread at a time. */
public final class SecretSources {
    private static final Logger LOG = LoggerFactory.getLogger(SecretSources.class);

    private final List<SecretSource> sources;
    private final Consumer<String> onAbsent;
    private final Set<String> nobodys = new HashSet<>();

    /**
     * Nothing is wanted yet.
     *
     * @param onAbsent told of names that nobody brings: without that, what needs them would wait for ever, since Istio's configuration sets no limit to the waiting
     */
    public SecretSources(List<SecretSource> sources, Consumer<String> onAbsent) {
        this.sources = List.copyOf(sources);
        this.onAbsent = onAbsent;
    }

    /** Takes all names that something refers to, and tells each source of its own. */
    public void want(Set<String> names) {
        Set<String> left = new HashSet<>(names);
        for (SecretSource source : sources) {
            Set<String> own = left.stream().filter(source::brings).collect(Collectors.toUnmodifiableSet());
            left.removeAll(own);
            source.want(own);
        }
        // Who asks for it again later is told again.
        nobodys.retainAll(left);
        left.stream().filter(nobodys::add).sorted().forEach(this::nobodyBrings);
    }

    private void nobodyBrings(String name) {
        LOG.warn(
                "secret {}: neither an SDS cluster of the bootstrap nor a token (--token) brings it; handshakes that"
                        + " need it fail",
                name);
        onAbsent.accept(name);
    }
}
