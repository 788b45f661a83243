package dev.lateen.istiod.translate.route;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.lateen.istiod.translate.resource.HashSum;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.XdsResource;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The virtual hosts of a route configuration in the order of their keys, as bytes. A table with a few other hosts shares the runs of all that did not change, so that it
 * costs what changed and a look at the list of runs. Immutable.
 *
 * @param runs neighbours that are kept together
 * @param hashes of all hosts
 */
record HostTable(List<Run> runs, HashSum hashes) {
    static final HostTable EMPTY = new HostTable(List.of(), HashSum.ZERO);

    /** Runs are cut so long; they get longer before they are cut, and shorter before they are joined with the next. */
    private static final int LENGTH = 32;

    /** @param bytes of all pieces */
    record Run(List<HostPiece> pieces, ByteString bytes) {
        static Run of(List<HostPiece> pieces) {
            byte[] bytes = new byte
                    [pieces.stream().mapToInt(piece -> piece.entry().size()).sum()];
            int at = 0;
            for (HostPiece piece : pieces) {
                piece.entry().copyTo(bytes, at);
                at += piece.entry().size();
            }
            return new Run(List.copyOf(pieces), UnsafeByteOperations.unsafeWrap(bytes));
        }

        String last() {
            return pieces.getLast().key();
        }
    }

    static HostTable of(Collection<HostPiece> pieces) {
        NavigableMap<String, @Nullable HostPiece> all = new TreeMap<>();
        pieces.forEach(piece -> all.put(piece.key(), piece));
        return EMPTY.with(all);
    }

    /** The table with other hosts under some keys; null for none. */
    HostTable with(NavigableMap<String, @Nullable HostPiece> changes) {
        if (changes.isEmpty()) {
            return this;
        }
        HashSum[] sum = {hashes};
        List<Run> next = new ArrayList<>(runs.size() + 2);
        List<HostPiece> open = new ArrayList<>();
        @Nullable String from = null;
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            boolean isLast = i == runs.size() - 1;
            NavigableMap<String, @Nullable HostPiece> mine = between(changes, from, isLast ? null : run.last());
            from = run.last();
            if (mine.isEmpty() && open.isEmpty()) {
                next.add(run);
                continue;
            }
            merge(run.pieces, mine, open, sum);
            if (isLast || open.size() >= LENGTH / 2) {
                cut(open, next);
            }
        }
        if (runs.isEmpty()) {
            merge(List.of(), changes, open, sum);
            cut(open, next);
        }
        return new HostTable(Collections.unmodifiableList(next), sum[0]);
    }

    /** @param from left out; null for the beginning; @param to comes along; null for the end */
    private static NavigableMap<String, @Nullable HostPiece> between(
            NavigableMap<String, @Nullable HostPiece> changes, @Nullable String from, @Nullable String to) {
        NavigableMap<String, @Nullable HostPiece> rest = from == null ? changes : changes.tailMap(from, false);
        return to == null ? rest : rest.headMap(to, true);
    }

    private static void merge(
            List<HostPiece> pieces,
            NavigableMap<String, @Nullable HostPiece> changes,
            List<HostPiece> into,
            HashSum[] sum) {
        NavigableMap<String, HostPiece> merged = new TreeMap<>();
        pieces.forEach(piece -> merged.put(piece.key(), piece));
        changes.forEach((key, piece) -> {
            HostPiece before = piece == null ? merged.remove(key) : merged.put(key, piece);
            sum[0] = before == null ? sum[0] : sum[0].minus(before.hash());
            sum[0] = piece == null ? sum[0] : sum[0].plus(piece.hash());
        });
        into.addAll(merged.values());
    }

    private static void cut(List<HostPiece> open, List<Run> into) {
        boolean whole = open.size() <= 2 * LENGTH;
        for (int at = 0; at < open.size(); ) {
            int end = whole || open.size() - at < 2 * LENGTH ? open.size() : at + LENGTH;
            into.add(Run.of(open.subList(at, end)));
            at = end;
        }
        open.clear();
    }

    /**
     * The resource of a configuration with these virtual hosts.
     *
     * @param configuration all of it but these
     * @param last one more virtual host that stands after all others; null for none
     */
    XdsResource resource(RouteConfiguration configuration, @Nullable HostPiece last) {
        String name = configuration.getName();
        ByteString head =
                Protos.bytes(RouteConfiguration.newBuilder().setName(name).build());
        ByteString tail = Protos.bytes(configuration.toBuilder().clearName().build());
        List<ByteString> parts = new ArrayList<>(runs.size() + 3);
        parts.add(head);
        runs.forEach(run -> parts.add(run.bytes));
        if (last != null) {
            parts.add(last.entry());
        }
        parts.add(tail);
        ByteBuffer length =
                ByteBuffer.allocate(Integer.BYTES).putInt(head.size()).flip();
        ByteString lastHash = last == null ? ByteString.EMPTY : last.hash().bytes();
        String version = Protos.version(
                ByteString.copyFrom(List.of(ByteString.copyFrom(length), head, hashes.bytes(), lastHash, tail)));
        Any body = Any.newBuilder()
                .setTypeUrl("type.googleapis.com/"
                        + RouteConfiguration.getDescriptor().getFullName())
                .setValue(ByteString.copyFrom(parts))
                .build();
        return new XdsResource(name, version, body);
    }
}
