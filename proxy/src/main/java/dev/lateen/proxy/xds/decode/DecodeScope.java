package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is at hand while one resource is decoded, and what it is found to refer to. */
public final class DecodeScope {
    /** Envoy's default. */
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(15);

    final FileSource files;
    final Set<SecretReference> secrets = new LinkedHashSet<>();
    final Set<String> routeTables = new LinkedHashSet<>();
    final List<ConfigGap> gaps = new ArrayList<>();
    private @Nullable Duration patience;

    /** @param files where data sources that are files are read */
    public DecodeScope(FileSource files) {
        this.files = files;
    }

    /** How long the resource waits for what this source should bring. Several are asked at once, so the longest counts; zero is for ever. */
    void waitsFor(ProtoNode configSource) {
        Duration own = configSource.duration("initial_fetch_timeout", FETCH_TIMEOUT);
        Duration before = patience;
        patience = before == null
                ? own
                : own.isZero() || before.isZero() ? Duration.ZERO : own.compareTo(before) > 0 ? own : before;
    }

    /** Zero for ever. */
    Duration patience() {
        return patience == null ? Duration.ZERO : patience;
    }

    /** Takes note of something that decides neither on access nor on the way of a request, and is as if it were not there. */
    void leftOut(ProtoNode at, String what, String reason) {
        gaps.add(gap(ConfigGap.Effect.LEFT_OUT, at, what, reason));
        at.passOver();
    }

    /** Takes note of something that would decide on access, and for want of it everything is refused. */
    void denies(ProtoNode at, String what, String reason) {
        gaps.add(gap(ConfigGap.Effect.DENIES, at, what, reason));
        at.passOver();
    }

    private static ConfigGap gap(ConfigGap.Effect effect, ProtoNode at, String what, String reason) {
        String path = at.path();
        // Its place stands before it already.
        String rest = reason.startsWith(path + ".") ? reason.substring(path.length() + 1) : reason;
        return new ConfigGap(effect, "", path, what, rest);
    }

    /**
     * Decodes a part, or puts something else in its place when that fails: then the part is forgotten with all that it refers to.
     *
     * @param otherwise told what was thrown; may throw it again
     */
    <T extends @Nullable Object> T orElse(Supplier<T> part, Function<Throwable, T> otherwise) {
        Set<SecretReference> secretsBefore = Set.copyOf(secrets);
        Set<String> tablesBefore = Set.copyOf(routeTables);
        int gapsBefore = gaps.size();
        Duration patienceBefore = patience;
        try {
            return part.get();
        } catch (RuntimeException | StackOverflowError e) {
            secrets.retainAll(secretsBefore);
            routeTables.retainAll(tablesBefore);
            gaps.subList(gapsBefore, gaps.size()).clear();
            patience = patienceBefore;
            return otherwise.apply(e);
        }
    }

    /** What {@link #orElse} caught, to be thrown again. */
    static RuntimeException again(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }
}
