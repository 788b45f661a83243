package dev.lateen.istiod.discovery;

import static dev.lateen.api.xds.TypeUrls.CLUSTER;
import static dev.lateen.api.xds.TypeUrls.ENDPOINT;
import static dev.lateen.api.xds.TypeUrls.NAME_TABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StateOfTheWorldConversationTest {
    private final Ads ads = new Ads();
    private final AdsPeer peer = ads.stateOfTheWorld();

    @AfterEach
    void close() {
        peer.close();
        ads.close();
    }

    @Test
    void clustersAreAlwaysSentWhole() {
        FakeMesh mesh = FakeMesh.version(1).with(CLUSTER, "a", "b");
        ads.server.publish(mesh);
        peer.ask(CLUSTER, "", "");
        DiscoveryResponse first = peer.hearWhole();
        assertThat(contents(first)).containsExactly("a", "b");
        assertThat(first.getVersionInfo()).isEqualTo("1");
        peer.ask(CLUSTER, "1", first.getNonce());

        ads.server.publish(mesh.next().with(CLUSTER, "a", "b=2"));

        assertThat(contents(peer.hearWhole())).containsExactly("a", "b=2");
    }

    @Test
    void theNameTableIsSentToWhoAsksWithoutNamesAndAgainWhenItChanges() {
        FakeMesh mesh = FakeMesh.version(1).with(NAME_TABLE, "=1");
        ads.server.publish(mesh);
        peer.ask(NAME_TABLE, "", "");
        DiscoveryResponse first = peer.hearWhole();
        assertThat(contents(first)).containsExactly("=1");
        peer.ask(NAME_TABLE, "1", first.getNonce());

        ads.server.publish(mesh.next().next().with(NAME_TABLE, "=2"));

        assertThat(contents(peer.hearWhole())).containsExactly("=2");
    }

    @Test
    void aClusterThatIsGoneIsLeftOutOnceItsSuccessorIsThere() {
        FakeMesh mesh = FakeMesh.version(1).with(CLUSTER, "old");
        ads.server.publish(mesh);
        peer.ask(CLUSTER, "", "");
        peer.ask(CLUSTER, "1", peer.hearWhole().getNonce());
        ads.server.publish(mesh.next().with(CLUSTER, "new"));
        DiscoveryResponse both = peer.hearWhole();
        assertThat(contents(both)).containsExactlyInAnyOrder("old", "new");
        peer.ask(CLUSTER, "2", both.getNonce());
        assertThat(contents(peer.hearWhole())).containsExactly("new");
    }

    @Test
    void endpointsAreSentByNameAndOnlyWhenTheyChange() {
        FakeMesh mesh = FakeMesh.version(1).with(ENDPOINT, "a", "b", "c");
        ads.server.publish(mesh);
        peer.ask(ENDPOINT, "", "", "a", "b");
        DiscoveryResponse first = peer.hearWhole();
        assertThat(contents(first)).containsExactly("a", "b");
        peer.ask(ENDPOINT, "1", first.getNonce(), "a", "b");

        ads.server.publish(mesh.next().with(ENDPOINT, "a", "b=2", "c=2"));
        DiscoveryResponse second = peer.hearWhole();
        assertThat(contents(second)).containsExactly("b=2");
        peer.ask(ENDPOINT, "2", second.getNonce(), "a", "b", "c");

        assertThat(contents(peer.hearWhole())).containsExactly("c=2");
    }

    @Test
    void aStaleNonceChangesNothing() {
        FakeMesh mesh = FakeMesh.version(1).with(ENDPOINT, "a", "b");
        ads.server.publish(mesh);
        peer.ask(ENDPOINT, "", "", "a");
        DiscoveryResponse first = peer.hearWhole();
        peer.ask(ENDPOINT, "1", first.getNonce(), "a");
        ads.server.publish(mesh.next().with(ENDPOINT, "a=2", "b"));
        DiscoveryResponse second = peer.hearWhole();

        peer.ask(ENDPOINT, "1", first.getNonce(), "a", "b");
        peer.ask(ENDPOINT, "2", second.getNonce(), "a");

        await().until(() -> type().isSynced());
        assertThat(type().subscribed()).isEqualTo(1);
        assertThat(peer.unheard()).isZero();
    }

    @Test
    void anEmptyNonceStartsAnew() {
        ads.server.publish(FakeMesh.version(1).with(CLUSTER, "a"));
        peer.ask(CLUSTER, "", "");
        peer.ask(CLUSTER, "1", peer.hearWhole().getNonce());
        await().until(() -> type().isSynced());
        peer.ask(CLUSTER, "", "");
        assertThat(contents(peer.hearWhole())).containsExactly("a");
    }

    private TypeStatus type() {
        return ads.server.proxies().getFirst().types().getFirst();
    }

    static List<String> contents(DiscoveryResponse response) {
        return response.getResourcesList().stream()
                .map(StateOfTheWorldConversationTest::content)
                .toList();
    }

    private static String content(Any any) {
        try {
            return any.unpack(StringValue.class).getValue();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
