package dev.lateen.proxy.http.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.PeerMetadata;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PeerMemoryTest {
    private final PeerMemory memory = new PeerMemory();

    private static String header(String workload) {
        return PeerMetadataHeader.encode(Map.of("WORKLOAD_NAME", workload, "LABELS", Map.of("app", "a".repeat(300))));
    }

    @Test
    void anEqualHeaderIsReadOnce() {
        PeerMetadata first = memory.peer(header("a"));
        assertThat(first).isNotNull().isSameAs(memory.peer(header("a")));
        assertThat(memory.peer("nonsense!")).isNull();
    }

    @Test
    void textsOfAPeerAreCutWithAMark() {
        PeerMetadata peer = Objects.requireNonNull(memory.peer(header("w".repeat(5_000))));
        assertThat(peer.workload()).hasSize(256).startsWith("www").endsWith("w...");
        assertThat(peer.app()).hasSize(256).endsWith("a...");
    }

    @Test
    void aHeaderLongerThanAnyPeersIsNotRead() {
        assertThat(memory.peer(header("w".repeat(9_000)))).isNull();
        assertThat(memory.characters()).isZero();
    }

    @Test
    void inventedHeadersDoNotFillTheMemory() {
        for (int i = 0; i < 2_000; i++) {
            assertThat(memory.peer(header(i + "w".repeat(3_000)))).isNotNull();
            assertThat(memory.characters()).isLessThanOrEqualTo(PeerMemory.MOST);
        }
        assertThat(memory.peer(header("a"))).isNotNull();
    }
}
