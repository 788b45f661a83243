package dev.lateen.istiod.discovery;

import static dev.lateen.api.xds.TypeUrls.CLUSTER;
import static dev.lateen.api.xds.TypeUrls.LISTENER;
import static dev.lateen.api.xds.TypeUrls.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** As Envoy does it: a proxy says nothing to new clusters for as long as one of them warms, perhaps for ever. */
class WarmingClusterTest {
    /** Long enough for what is on its way, on a machine whose cores are busy with other things too. */
    private static final Duration SOON = Duration.ofMillis(400);

    private static final String SILENT = "silent: CDS for " + SOON.toMillis() + " ms";

    private static final FakeMesh BEFORE = FakeMesh.version(1)
            .with(CLUSTER, "old")
            .with(LISTENER, "l=to old", "m=to old")
            .with(ROUTE, "r=to old", "s=to old");
    private static final FakeMesh AFTER = BEFORE.next()
            .with(CLUSTER, "dead.example")
            .with(LISTENER, "l=to dead.example", "m=elsewhere")
            .with(ROUTE, "r=to dead.example", "s=elsewhere");

    /** A delta peer that has everything of {@link #BEFORE}. */
    private static AdsPeer settled(Ads ads) {
        ads.server.publish(BEFORE);
        AdsPeer peer = ads.delta();
        peer.subscribe(CLUSTER);
        peer.hearAndAcknowledge(CLUSTER);
        peer.subscribe(LISTENER);
        peer.hearAndAcknowledge(LISTENER);
        peer.subscribe(ROUTE, "r", "s");
        peer.hearAndAcknowledge(ROUTE);
        await().until(() -> ads.server.proxies().getFirst().settledVersion() == 1);
        return peer;
    }

    @Test
    void whatDoesNotNameItGoesAtOnce() {
        try (Ads ads = new Ads();
                AdsPeer peer = settled(ads)) {
            ads.server.publish(AFTER);
            DeltaDiscoveryResponse clusters = peer.hear();
            assertThat(AdsPeer.names(clusters)).containsExactly("dead.example");
            assertThat(AdsPeer.names(peer.hearAndAcknowledge(LISTENER))).containsExactly("m");
            assertThat(AdsPeer.names(peer.hearAndAcknowledge(ROUTE))).containsExactly("s");

            peer.acknowledge(clusters);
            assertThat(AdsPeer.names(peer.hearAndAcknowledge(LISTENER))).containsExactly("l");
            assertThat(AdsPeer.names(peer.hearAndAcknowledge(ROUTE))).containsExactly("r");
            assertThat(peer.hearAndAcknowledge(CLUSTER).getRemovedResourcesList())
                    .containsExactly("old");
        }
    }

    @Test
    void whatNamesItGoesWhenItHasHadItsTime() {
        try (Ads ads = new Ads(SOON, Ads.FOR_EVER);
                AdsPeer peer = settled(ads)) {
            ads.server.publish(
                    BEFORE.next().with(CLUSTER, "dead.example").with(ROUTE, "r=to dead.example", "s=to old"));
            assertThat(AdsPeer.names(peer.hear())).containsExactly("dead.example");
            assertThat(AdsPeer.names(peer.hearAndAcknowledge(ROUTE))).containsExactly("r");
        }
    }

    @Test
    void whatIsGoneLeavesOnceTheRoutesAreAnsweredAndIsNotInForceBeforeAllIs() {
        try (Ads ads = new Ads(SOON, SOON);
                AdsPeer peer = settled(ads)) {
            ads.server.publish(AFTER);
            DeltaDiscoveryResponse clusters = peer.hear();
            peer.hearAndAcknowledge(LISTENER);
            peer.hearAndAcknowledge(ROUTE);
            peer.hearAndAcknowledge(LISTENER);
            peer.hearAndAcknowledge(ROUTE);
            DeltaDiscoveryResponse gone = peer.hear();
            assertThat(gone.getRemovedResourcesList()).containsExactly("old");
            await().untilAsserted(() -> assertThat(ads.told).contains(SILENT));
            assertThat(ads.told).noneMatch(line -> line.startsWith("in force: 2"));

            peer.acknowledge(clusters);
            peer.acknowledge(gone);
            await().untilAsserted(() -> assertThat(ads.told).contains("in force: 2 [" + AdsPeer.NODE_ID + "]"));
            assertThat(ads.told).containsOnlyOnce(SILENT);
        }
    }

    @Test
    void aProxyThatStartsIsToldOfByALimitOfItsOwn() {
        DiscoverySettings usual = DiscoverySettings.defaults("test");
        assertThat(usual.firstAnswersWithin()).isGreaterThan(usual.answerWithin());
        DiscoverySettings settings = new DiscoverySettings(
                usual.controlPlane(),
                usual.instance(),
                usual.identityCheck(),
                usual.tools(),
                usual.maxStreams(),
                usual.firstMessageWithin(),
                usual.maxStreamAge(),
                SOON,
                Ads.FOR_EVER,
                SOON);
        try (Ads ads = new Ads(settings, CallerCheck.NONE);
                AdsPeer peer = ads.delta()) {
            ads.server.publish(BEFORE);
            peer.subscribe(CLUSTER);
            DeltaDiscoveryResponse clusters = peer.hear();
            await().untilAsserted(() -> assertThat(ads.told).contains(SILENT));
            peer.acknowledge(clusters);
        }
    }

    @Test
    void furtherClustersAreSentWhileItWarms() {
        try (Ads ads = new Ads(SOON, Ads.FOR_EVER);
                AdsPeer peer = settled(ads)) {
            FakeMesh dead = BEFORE.next().with(CLUSTER, "old", "dead.example");
            ads.server.publish(dead);
            DeltaDiscoveryResponse first = peer.hear();
            ads.server.publish(dead.next().with(CLUSTER, "old", "dead.example", "alive"));
            DeltaDiscoveryResponse second = peer.hear();
            assertThat(AdsPeer.names(second)).containsExactly("alive");
            peer.acknowledge(first);
            peer.acknowledge(second);
            await().until(() -> ads.server.proxies().getFirst().settledVersion() == 3);
        }
    }

    @Test
    void inStateOfTheWorldAListenerThatMustWaitIsSentAsItWas() {
        try (Ads ads = new Ads();
                AdsPeer peer = ads.stateOfTheWorld()) {
            ads.server.publish(BEFORE);
            peer.ask(CLUSTER, "", "");
            peer.ask(CLUSTER, "1", peer.hearWhole().getNonce());
            peer.ask(LISTENER, "", "");
            peer.ask(LISTENER, "1", peer.hearWhole().getNonce());
            await().until(() -> ads.server.proxies().getFirst().settledVersion() == 1);

            ads.server.publish(AFTER);
            DiscoveryResponse clusters = peer.hearWhole();
            assertThat(StateOfTheWorldConversationTest.contents(clusters)).contains("dead.example");
            DiscoveryResponse listeners = peer.hearWhole();
            assertThat(StateOfTheWorldConversationTest.contents(listeners))
                    .containsExactlyInAnyOrder("l=to old", "m=elsewhere");
            peer.ask(LISTENER, "2", listeners.getNonce());

            peer.ask(CLUSTER, "2", clusters.getNonce());
            assertThat(StateOfTheWorldConversationTest.contents(peer.hearWhole()))
                    .containsExactlyInAnyOrder("l=to dead.example", "m=elsewhere");
        }
    }

    @Test
    void aFirstAnswerIsWhole() {
        try (Ads ads = new Ads(SOON, Ads.FOR_EVER);
                AdsPeer peer = ads.delta()) {
            ads.server.publish(BEFORE);
            peer.subscribe(CLUSTER);
            peer.subscribe(LISTENER);
            assertThat(AdsPeer.names(peer.hear())).containsExactly("old");
            assertThat(AdsPeer.names(peer.hear())).containsExactly("l", "m");
        }
    }
}
