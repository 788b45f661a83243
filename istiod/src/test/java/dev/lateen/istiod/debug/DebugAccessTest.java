package dev.lateen.istiod.debug;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.ca.Callers;
import dev.lateen.istiod.ca.TokenIssuer;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebugAccessTest {
    private static final SocketAddress ELSEWHERE = SocketAddress.inetSocketAddress(40000, "10.1.2.3");

    @TempDir
    private Path directory;

    private TokenIssuer tokens;
    private DebugAccess access;

    @BeforeEach
    void issuer() throws Exception {
        tokens = TokenIssuer.openOrCreate(directory.resolve("key"), InstantSource.system());
        access = new DebugAccess(new Callers(tokens, "cluster.local"), "istio-system");
    }

    private int ask(SocketAddress from, String namespace) {
        return access.check(from, "Bearer " + tokens.mint(namespace, "x", Duration.ofHours(1)))
                .status();
    }

    @Test
    void whoeverIsOnThisMachineMayLook() {
        assertThat(access.check(SocketAddress.inetSocketAddress(40000, "127.1.2.3"), null)
                        .isAllowed())
                .isTrue();
        assertThat(access.check(SocketAddress.inetSocketAddress(40000, "::1"), null)
                        .isAllowed())
                .isTrue();
    }

    @Test
    void fromElsewhereATokenOfTheControlPlanesNamespaceIsNeeded() {
        assertThat(access.check(ELSEWHERE, null).status()).isEqualTo(401);
        assertThat(access.check(ELSEWHERE, "Bearer nonsense").status()).isEqualTo(401);
        assertThat(ask(ELSEWHERE, "default")).isEqualTo(403);
        assertThat(ask(ELSEWHERE, "istio-system")).isEqualTo(200);
    }
}
