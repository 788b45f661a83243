package dev.lateen.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.names.NameScope;
import dev.lateen.proxy.names.Names;
import dev.lateen.proxy.policy.RbacEngine;
import dev.lateen.proxy.route.RouteMatcher;
import dev.lateen.proxy.xds.DiscoveryMessages.Response;
import dev.lateen.proxy.xds.DiscoveryMessages.WireResource;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.FieldSamples;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.decode.IstioDumps;
import dev.lateen.proxy.xds.decode.Received;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoJsonReader;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import dev.lateen.proxy.xds.snapshot.Outcome;
import dev.lateen.proxy.xds.snapshot.SnapshotAssembler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a real istiod sends, changed by chance: each is a value that the proxy can work with, or a rejection that names it. 5,000 of them, or as many
 * as {@code -Dlateen.mutations} says (the profile {@code mutations}: 200,000).
 */
class MutatedResourcesTest {
    private static final int COUNT = Integer.getInteger("lateen.mutations", 5_000);
    private static final long SEED = 8;

    private final ResourceDecoder decoder = ResourceDecoder.lenient(FileSource.NONE);
    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    @Timeout(1800)
    void eachIsAValueOrARejectionThatNamesIt() {
        List<IstioDumps.Dumped> sent = IstioDumps.all()
                .filter(dumped -> !dumped.json().toString().contains("private_key="))
                .toList();
        assertThat(sent).hasSizeGreaterThan(300);
        DeltaProtocol protocol = new DeltaProtocol(
                new XdsNode("n", "c", Map.of(), new LoadAssignment.Locality("", "", ""), "t", "1", List.of()));
        for (ResourceType type : ResourceType.values()) {
            protocol.subscribe(type, Set.of());
        }
        SnapshotAssembler assembler = new SnapshotAssembler(List.of());
        int accepted = 0;
        for (int i = 0; i < COUNT; i++) {
            IstioDumps.Dumped base = sent.get(random.nextInt(sent.size()));
            Decoded decoded = random.nextInt(3) == 0 ? tree(base, i) : wire(base, i, protocol, assembler);
            switch (decoded) {
                case Decoded.Rejected rejected ->
                    assertThat(rejected.reason())
                            .as("mutation %s of %s", i, base)
                            .startsWith(base.type().word() + " ")
                            .doesNotContain("fault of this proxy");
                case Decoded.Accepted value -> {
                    accepted++;
                    use(value);
                }
            }
        }
        assertThat(accepted).isBetween(COUNT / 20, COUNT * 19 / 20);
        assembler.assemble();
    }

    /** The same way as from a stream. */
    private Decoded wire(IstioDumps.Dumped base, int i, DeltaProtocol protocol, SnapshotAssembler assembler) {
        Any any = base.any();
        ByteString bytes = bytes(any.getValue());
        String name = "m" + i % 100;
        Decoded decoded = decoder.decode(base.type(), name, any.getTypeUrl(), bytes);
        Outcome outcome = protocol.handle(
                new Response(
                        any.getTypeUrl(),
                        "n" + i,
                        "v",
                        List.of(new WireResource(name, "v" + i, any.getTypeUrl(), bytes)),
                        List.of()),
                List.of(decoded));
        assertThat(protocol.answer(outcome, List.of()).isEmpty()).isFalse();
        if (decoded instanceof Decoded.Accepted accepted) {
            // As /config_dump shows it.
            assertThat(Received.of(base.type(), bytes, "v", Instant.EPOCH).json())
                    .isNotEmpty();
            assembler.update(base.type(), List.of(accepted), outcome.removed());
            if (i % 50 == 0) {
                assembler.assemble();
            }
        } else {
            assertThat(((Decoded.Rejected) decoded).reason())
                    .startsWith(base.type().word() + " " + name + ": ");
        }
        return decoded;
    }

    private ByteString bytes(ByteString whole) {
        byte[] bytes = whole.toByteArray();
        for (int change = random.nextInt(4); change >= 0 && bytes.length > 1; change--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = spliced(bytes, at, random.nextInt(bytes.length), random.nextInt(40));
                default -> bytes[at]++;
            }
        }
        return ByteString.copyFrom(bytes);
    }

    /** Some bytes from elsewhere put in the middle. */
    private static byte[] spliced(byte[] bytes, int to, int from, int length) {
        int count = Math.min(length, bytes.length - from);
        byte[] longer = new byte[bytes.length + count];
        System.arraycopy(bytes, 0, longer, 0, to);
        System.arraycopy(bytes, from, longer, to, count);
        System.arraycopy(bytes, to, longer, to + count, bytes.length - to);
        return longer;
    }

    /** Well-formed, and with a field too many, too few, or of another kind. */
    private Decoded tree(IstioDumps.Dumped base, int i) {
        Map<String, Object> json = FieldSamples.copy(base.json());
        List<Object> parts = new ArrayList<>();
        collect(json, parts);
        Object part = parts.get(random.nextInt(parts.size()));
        change(part, parts);
        try {
            ProtoNode node =
                    ProtoJsonReader.read(ProtoSchema.ENVOY.message(base.type().message()), json, null, "");
            return decoder.decode(base.type(), "m" + i, node);
        } catch (ConfigException noSuchMessage) {
            return new Decoded.Rejected("m" + i, base.type().word() + " m" + i + ": " + noSuchMessage.getMessage());
        }
    }

    @SuppressWarnings("unchecked") // JSON's objects and lists
    private void change(Object part, List<Object> parts) {
        Object other = FieldSamples.copy(parts.get(random.nextInt(parts.size())));
        if (part instanceof Map<?, ?> found && !found.isEmpty()) {
            Map<String, Object> map = (Map<String, Object>) found;
            String key = List.copyOf(map.keySet()).get(random.nextInt(map.size()));
            switch (random.nextInt(4)) {
                case 0 -> map.remove(key);
                case 1 -> map.put(key, other);
                case 2 -> map.put(key, scalar());
                default -> {
                    if (other instanceof Map<?, ?> fields) {
                        map.putAll((Map<String, Object>) fields);
                    }
                }
            }
        } else if (part instanceof List<?> found && !found.isEmpty()) {
            List<Object> list = (List<Object>) found;
            int at = random.nextInt(list.size());
            switch (random.nextInt(3)) {
                case 0 -> list.remove(at);
                case 1 -> list.add(FieldSamples.copy(list.get(at)));
                default -> list.set(at, other);
            }
        }
    }

    private Object scalar() {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> "a".repeat(random.nextInt(300));
            case 2 -> "%REQ(";
            case 3 -> -1;
            case 4 -> 4294967296L;
            case 5 -> "((";
            case 6 -> true;
            default -> random.nextInt();
        };
    }

    private static void collect(Object json, List<Object> parts) {
        if (json instanceof Map<?, ?> map) {
            parts.add(map);
            map.values().forEach(value -> collect(value, parts));
        } else if (json instanceof List<?> list) {
            parts.add(list);
            list.forEach(value -> collect(value, parts));
        }
    }

    /** What is made of a value before the first request. */
    private static void use(Decoded.Accepted accepted) {
        switch (accepted.resource()) {
            case Decoded.Resource.OfRoutes(var table) ->
                assertThat(RouteMatcher.compile(table)).isNotNull();
            case Decoded.Resource.OfListener(Listener listener) ->
                listener.filterChains().forEach(MutatedResourcesTest::use);
            case Decoded.Resource.OfNames(var table) ->
                assertThat(Names.of(table, NameScope.of("shop", "shop.svc.cluster.local", List.of())))
                        .isNotNull();
            case Decoded.Resource.OfCluster _, Decoded.Resource.OfEndpoints _, Decoded.Resource.OfSecret _ -> {}
        }
    }

    private static void use(FilterChain chain) {
        for (NetworkFilterConfig filter : chain.networkFilters()) {
            if (filter instanceof NetworkFilterConfig.Rbac rbac) {
                RbacEngine.compile(rbac.policies());
            }
        }
        if (chain.terminal() instanceof HttpConnectionManager manager) {
            for (HttpFilterConfig filter : manager.filters()) {
                if (filter instanceof HttpFilterConfig.Rbac rbac) {
                    RbacEngine.compile(rbac.policies());
                }
            }
        }
    }
}
