package dev.lateen.istiod.discovery;

import static dev.lateen.api.xds.TypeUrls.CLUSTER;
import static dev.lateen.api.xds.TypeUrls.ENDPOINT;
import static dev.lateen.api.xds.TypeUrls.LISTENER;
import static dev.lateen.api.xds.TypeUrls.NAME_TABLE;
import static dev.lateen.api.xds.TypeUrls.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeltaConversationTest {
    private final Ads ads = new Ads();
    private final AdsPeer peer = ads.delta();

    @AfterEach
    void close() {
        peer.close();
        ads.close();
    }

    private FakeMesh publish(FakeMesh mesh) {
        ads.server.publish(mesh);
        return mesh;
    }

    @Test
    void wildcardSubscriberGetsEverythingAndThenOnlyWhatChanges() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(CLUSTER, "a", "b"));
        peer.subscribe(CLUSTER);
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(CLUSTER))).containsExactly("a", "b");

        publish(mesh.next().with(CLUSTER, "a", "b=2", "c"));
        DeltaDiscoveryResponse second = peer.hearAndAcknowledge(CLUSTER);

        assertThat(AdsPeer.names(second)).containsExactly("b", "c");
        assertThat(second.getSystemVersionInfo()).isEqualTo("2");
        assertThat(second.getResources(0).getVersion()).isEqualTo("2");
    }

    @Test
    void theNameTableIsOneResourceWithoutANameThatIsSentAgainWhenItChanges() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(NAME_TABLE, "=1"));
        peer.subscribe(NAME_TABLE);
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(NAME_TABLE))).containsExactly("");
        await().until(() -> settled() == 1);
        publish(mesh.next());
        await().untilAsserted(() -> assertThat(ads.told).contains("in force: 2 []"));
        assertThat(peer.unheard()).isZero();

        publish(mesh.next().next().with(NAME_TABLE, "=2"));
        DeltaDiscoveryResponse second = peer.hearAndAcknowledge(NAME_TABLE);
        assertThat(second.getResources(0).getVersion()).isEqualTo("2");
        assertThat(second.getRemovedResourcesList()).isEmpty();
    }

    @Test
    void aSnapshotThatChangesNothingForAProxySendsItNothing() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(CLUSTER, "a"));
        peer.subscribe(CLUSTER);
        peer.hearAndAcknowledge(CLUSTER);
        await().until(() -> settled() == 1);

        publish(mesh.next());

        await().untilAsserted(() -> assertThat(ads.told).contains("in force: 2 []"));
        assertThat(peer.unheard()).isZero();
    }

    @Test
    void theFirstRequestIsAnsweredEvenIfThereIsNothing() {
        publish(FakeMesh.version(1));
        peer.subscribe(CLUSTER);
        assertThat(peer.hear().getResourcesList()).isEmpty();
    }

    @Test
    void aStreamOpenedBeforeTheFirstSnapshotIsAnsweredOnceThereIsOne() {
        peer.subscribe(CLUSTER);
        await().until(() -> ads.server.proxies().size() == 1);
        publish(FakeMesh.version(1).with(CLUSTER, "a"));
        assertThat(AdsPeer.names(peer.hear())).containsExactly("a");
    }

    @Test
    void namesAreServedOneByOneAndUnknownOnesAreSaidToBeMissing() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(ENDPOINT, "a", "b"));
        peer.subscribe(ENDPOINT, "a", "nowhere");
        DeltaDiscoveryResponse first = peer.hearAndAcknowledge(ENDPOINT);
        assertThat(AdsPeer.names(first)).containsExactly("a");
        assertThat(first.getRemovedResourcesList()).containsExactly("nowhere");

        publish(mesh.next().with(ENDPOINT, "a", "b=2", "nowhere"));
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(ENDPOINT))).containsExactly("nowhere");
    }

    @Test
    void ofManyNamesOnlyThoseThatWereAskedForAreSentComeGoAndComeBack() {
        String[] names = IntStream.range(0, 50).mapToObj(i -> "n" + i).toArray(String[]::new);
        FakeMesh mesh = publish(FakeMesh.version(1).with(ENDPOINT, names));
        String[] wanted =
                Stream.concat(Stream.of(names).limit(40), Stream.of("later")).toArray(String[]::new);
        peer.subscribe(ENDPOINT, wanted);
        DeltaDiscoveryResponse first = peer.hearAndAcknowledge(ENDPOINT);
        assertThat(AdsPeer.names(first)).hasSize(40);
        assertThat(first.getRemovedResourcesList()).containsExactly("later");
        await().until(() -> settled() == 1);

        String[] changed = names.clone();
        changed[3] = "n3=2";
        changed[45] = "n45=2";
        FakeMesh second = publish(mesh.next().with(ENDPOINT, changed));
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(ENDPOINT))).containsExactly("n3");
        await().until(() -> settled() == 2);

        changed[3] = "later";
        FakeMesh third = publish(second.next().with(ENDPOINT, changed));
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(ENDPOINT))).containsExactly("later");
        assertThat(peer.hearAndAcknowledge(ENDPOINT).getRemovedResourcesList()).containsExactly("n3");
        await().until(() -> settled() == 3);

        changed[3] = "n3=2";
        publish(third.next().with(ENDPOINT, changed));
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(ENDPOINT))).containsExactly("n3");
        assertThat(peer.hearAndAcknowledge(ENDPOINT).getRemovedResourcesList()).containsExactly("later");
    }

    @Test
    void whatIsAskedForAgainIsSentAgain() {
        publish(FakeMesh.version(1).with(ENDPOINT, "a", "b"));
        peer.subscribe(ENDPOINT, "a", "b");
        peer.hearAndAcknowledge(ENDPOINT);
        peer.subscribe(ENDPOINT, "b");
        assertThat(AdsPeer.names(peer.hear())).containsExactly("b");
    }

    @Test
    void anUnsubscribedNameIsNotSentAnyMore() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(ENDPOINT, "a", "b"));
        peer.subscribe(ENDPOINT, "a", "b");
        peer.hearAndAcknowledge(ENDPOINT);
        peer.unsubscribe(ENDPOINT, "a");
        await().until(() -> ads.server.proxies().getFirst().types().getFirst().subscribed() == 1);

        publish(mesh.next().with(ENDPOINT, "a=2", "b=2"));

        assertThat(AdsPeer.names(peer.hear())).containsExactly("b");
    }

    @Test
    void aReconnectingProxyGetsOnlyTheDifference() {
        publish(FakeMesh.version(7).with(CLUSTER, "same=x", "changed=2", "new"));
        peer.resume(CLUSTER, Map.of("same", "x", "changed", "1", "gone", "1"));

        DeltaDiscoveryResponse additions = peer.hearAndAcknowledge(CLUSTER);
        DeltaDiscoveryResponse removals = peer.hearAndAcknowledge(CLUSTER);

        assertThat(AdsPeer.names(additions)).containsExactly("changed", "new");
        assertThat(additions.getRemovedResourcesList()).isEmpty();
        assertThat(removals.getResourcesList()).isEmpty();
        assertThat(removals.getRemovedResourcesList()).containsExactly("gone");
    }

    @Test
    void aRejectionIsRecordedAndNotAnsweredWithTheSameAgain() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(LISTENER, "bad"));
        peer.subscribe(LISTENER);
        peer.reject(peer.hear(), "bad: port 99999");
        await().untilAsserted(() -> assertThat(ads.told).contains("rejected: bad: port 99999"));
        TypeStatus status = ads.server.proxies().getFirst().types().getFirst();
        assertThat(status.rejection()).isEqualTo("bad: port 99999");
        assertThat(status.isSynced()).isFalse();

        publish(mesh.next().with(LISTENER, "bad=better"));
        peer.acknowledge(peer.hear());

        await().until(() -> ads.server.proxies().getFirst().types().getFirst().isSynced());
        assertThat(peer.unheard()).isZero();
    }

    @Test
    void whileAResponseIsUnansweredNewerStatesAreMergedIntoTheNext() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(CLUSTER, "a"));
        peer.subscribe(CLUSTER);
        DeltaDiscoveryResponse first = peer.hear();
        FakeMesh second = publish(mesh.next().with(CLUSTER, "a", "b"));
        publish(second.next().with(CLUSTER, "a", "c"));
        peer.acknowledge(first);
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(CLUSTER))).containsExactly("c");
        await().until(() -> settled() == 3);
        assertThat(peer.unheard()).isZero();
    }

    @Test
    void whatIsTakenBackBeforeAllOfItWasSentIsSentAsItWas() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(CLUSTER, "a=1", "b"));
        peer.subscribe(CLUSTER);
        peer.hearAndAcknowledge(CLUSTER);
        await().until(() -> settled() == 1);
        FakeMesh second = publish(mesh.next().with(CLUSTER, "a=2"));
        DeltaDiscoveryResponse changed = peer.hear();
        assertThat(changed.getResources(0).getVersion()).isEqualTo("2");

        publish(second.next().with(CLUSTER, "a=1"));
        peer.acknowledge(changed);

        assertThat(peer.hearAndAcknowledge(CLUSTER).getResources(0).getVersion())
                .isEqualTo("1");
        assertThat(peer.hearAndAcknowledge(CLUSTER).getRemovedResourcesList()).containsExactly("b");
    }

    @Test
    void clustersComeFirstThenRoutesAndWhatIsGoneLeavesLast() {
        FakeMesh mesh = publish(FakeMesh.version(1)
                .with(CLUSTER, "old", "kept")
                .with(ENDPOINT, "old", "kept")
                .with(LISTENER, "l")
                .with(ROUTE, "r=to old"));
        subscribeToAll("old", "kept");

        publish(mesh.next()
                .with(CLUSTER, "kept", "new")
                .with(ENDPOINT, "kept", "new")
                .with(LISTENER, "l=to new")
                .with(ROUTE, "r=to new"));

        DeltaDiscoveryResponse clusters = peer.hear();
        assertThat(AdsPeer.names(clusters)).containsExactly("new");
        assertThat(clusters.getRemovedResourcesList()).isEmpty();
        peer.acknowledge(clusters);
        peer.subscribe(ENDPOINT, "new");
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(ENDPOINT))).containsExactly("new");
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(LISTENER))).containsExactly("l");
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(ROUTE))).containsExactly("r");
        DeltaDiscoveryResponse endpointsGone = peer.hearAndAcknowledge(ENDPOINT);
        assertThat(endpointsGone.getRemovedResourcesList()).containsExactly("old");
        DeltaDiscoveryResponse clustersGone = peer.hearAndAcknowledge(CLUSTER);
        assertThat(clustersGone.getRemovedResourcesList()).containsExactly("old");
        await().untilAsserted(() -> assertThat(ads.told).contains("in force: 2 [" + AdsPeer.NODE_ID + "]"));
    }

    @Test
    void routesDoNotWaitLongForEndpointsThatNobodyAsksFor() {
        FakeMesh mesh = publish(FakeMesh.version(1)
                .with(CLUSTER, "a")
                .with(ENDPOINT, "a")
                .with(LISTENER, "l")
                .with(ROUTE, "r"));
        subscribeToAll("a");
        publish(mesh.next().with(CLUSTER, "a", "b").with(ENDPOINT, "a", "b").with(ROUTE, "r=to b"));
        peer.hearAndAcknowledge(CLUSTER);
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(ROUTE))).containsExactly("r");
    }

    @Test
    void aChangedClusterGetsItsEndpointsAgain() {
        FakeMesh mesh = publish(FakeMesh.version(1)
                .with(CLUSTER, "a", "b")
                .with(ENDPOINT, "a", "b")
                .with(LISTENER, "l")
                .with(ROUTE, "r"));
        subscribeToAll("a", "b");
        publish(mesh.next().with(CLUSTER, "a=2", "b"));
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(CLUSTER))).containsExactly("a");
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(ENDPOINT))).containsExactly("a");
    }

    @Test
    void aProxyWhoseStreamBreaksIsMissedUntilItComesBack() {
        publish(FakeMesh.version(1).with(CLUSTER, "a"));
        AdsPeer other = ads.delta();
        other.subscribe(CLUSTER);
        other.hear();
        other.close();
        await().untilAsserted(() -> assertThat(ads.told).contains("lost"));
        assertThat(ads.server.proxies()).isEmpty();
        assertThat(ads.server.absent())
                .singleElement()
                .satisfies(proxy -> assertThat(proxy.last().node().id()).isEqualTo(AdsPeer.NODE_ID));

        peer.subscribe(CLUSTER);
        peer.hearAndAcknowledge(CLUSTER);
        assertThat(ads.server.absent()).isEmpty();
    }

    @Test
    void aProxyThatTakesItsLeaveIsForgotten() {
        publish(FakeMesh.version(1).with(CLUSTER, "a"));
        peer.subscribe(CLUSTER);
        peer.hearAndAcknowledge(CLUSTER);
        peer.leave();
        await().untilAsserted(() -> assertThat(ads.told).contains("disconnected"));
        assertThat(ads.server.absent()).isEmpty();
    }

    @Test
    void aChangeIsNotInForceWhereItIsRejectedUntilSomethingBetterIsAccepted() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(LISTENER, "l"));
        peer.subscribe(LISTENER);
        peer.hearAndAcknowledge(LISTENER);
        await().until(() -> settled() == 1);

        FakeMesh bad = publish(mesh.next().with(LISTENER, "l=bad"));
        peer.reject(peer.hear(), "listener l: address: in use");
        await().until(() -> settled() == 2);
        publish(bad.next().with(LISTENER, "l=good"));
        peer.hearAndAcknowledge(LISTENER);

        await().untilAsserted(() -> assertThat(ads.told).contains("in force: 3 [" + AdsPeer.NODE_ID + "]"));
        assertThat(ads.told).contains("rejected: listener l: address: in use").noneMatch(line -> line.contains(" 2 "));
    }

    @Test
    void whatWasRejectedStaysStaleWhateverElseIsAccepted() {
        FakeMesh mesh = publish(FakeMesh.version(1).with(LISTENER, "l=bad", "m"));
        peer.subscribe(LISTENER);
        peer.reject(peer.hear(), "listener l: address: in use");
        publish(mesh.next().with(LISTENER, "l=bad", "m=2"));
        assertThat(AdsPeer.names(peer.hearAndAcknowledge(LISTENER))).containsExactly("m");
        await().until(() -> settled() == 2);
        assertThat(ads.server.proxies().getFirst().types().getFirst().rejection())
                .isEqualTo("listener l: address: in use");

        publish(mesh.next().next().with(LISTENER, "l=good", "m=2"));
        peer.hearAndAcknowledge(LISTENER);
        await().until(() -> ads.server.proxies().getFirst().types().getFirst().isSynced());
    }

    private void subscribeToAll(String... endpoints) {
        peer.subscribe(CLUSTER);
        peer.hearAndAcknowledge(CLUSTER);
        peer.subscribe(ENDPOINT, endpoints);
        peer.hearAndAcknowledge(ENDPOINT);
        peer.subscribe(LISTENER);
        peer.hearAndAcknowledge(LISTENER);
        peer.subscribe(ROUTE, "r");
        peer.hearAndAcknowledge(ROUTE);
        await().until(() -> settled() == 1);
    }

    private long settled() {
        List<ProxyStatus> proxies = ads.server.proxies();
        return proxies.isEmpty() ? -1 : proxies.getFirst().settledVersion();
    }
}
