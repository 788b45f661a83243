package dev.lateen.istiod.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.lateen.istiod.discovery.AckState.Answer;
import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AckStateTest {
    private final AckState acks = new AckState();

    private void send(String nonce, long now, String... names) {
        List<XdsResource> resources = Stream.of(names)
                .map(name -> new XdsResource(name, "1", Any.getDefaultInstance()))
                .toList();
        acks.sent(new ServerResponse("type", "v" + nonce, nonce, resources, List.of()), now);
    }

    private TypeStatus status() {
        return acks.status("type", 0, 0);
    }

    @Test
    void aMessageWithoutANonceAnswersNothing() {
        send("1", 0, "a");
        assertThat(acks.answer("", null)).isEqualTo(Answer.NONE);
        assertThat(acks.isAwaited()).isTrue();
    }

    @Test
    void anAcceptedResponseIsAnsweredOnce() {
        send("1", 0, "a");
        assertThat(acks.answer("1", null)).isEqualTo(Answer.ACK);
        assertThat(acks.answer("1", null)).isEqualTo(Answer.REPEATED);
        assertThat(acks.isAwaited()).isFalse();
        assertThat(status().isSynced()).isTrue();
        assertThat(status().ackedVersion()).isEqualTo("v1");
    }

    @Test
    void aNonceThatNobodySentOrThatIsLongAnsweredIsStale() {
        send("1", 0, "a");
        acks.answer("1", null);
        send("2", 0, "a");
        acks.answer("2", null);
        assertThat(acks.answer("1", null)).isEqualTo(Answer.STALE);
        assertThat(acks.answer("x", "no")).isEqualTo(Answer.STALE);
        assertThat(status().rejection()).isNull();
    }

    @Test
    void answersComeInOrderAndALaterOneAnswersTheEarlierToo() {
        send("1", 10, "a");
        send("2", 20, "b");
        send("3", 30, "c");
        assertThat(acks.awaitedSince(0)).isEqualTo(10);
        assertThat(acks.answer("1", null)).isEqualTo(Answer.ACK);
        assertThat(acks.isAnsweredUntil(10)).isTrue();
        assertThat(acks.isAnsweredUntil(20)).isFalse();
        assertThat(acks.answer("3", null)).isEqualTo(Answer.ACK);
        assertThat(acks.isAwaited()).isFalse();
    }

    @Test
    void theNextResponseMayGoWhenTheLastHasHadItsTimeButNotWithoutEnd() {
        send("0", 0, "a");
        assertThat(acks.isOpen(9, 10)).isFalse();
        assertThat(acks.opensAt(10, -1)).isEqualTo(10);
        assertThat(acks.isOpen(10, 10)).isTrue();
        for (int i = 1; i < 8; i++) {
            send("" + i, 10L * i, "a");
        }
        assertThat(acks.isOpen(1000, 10)).isFalse();
        assertThat(acks.opensAt(10, -1)).isEqualTo(-1);
        acks.answer("7", null);
        assertThat(acks.isOpen(0, 10)).isTrue();
    }

    @Test
    void aRejectionStandsUntilWhatItNamesIsAccepted() {
        send("1", 0, "0.0.0.0_80", "0.0.0.0_8080", "b");
        assertThat(acks.answer("1", "listener 0.0.0.0_8080: address: in use")).isEqualTo(Answer.NACK);
        send("2", 0, "0.0.0.0_80", "b");
        assertThat(acks.answer("2", null)).isEqualTo(Answer.ACK);
        assertThat(status().rejection()).isEqualTo("listener 0.0.0.0_8080: address: in use");
        assertThat(status().isSynced()).isFalse();
        send("3", 0, "0.0.0.0_8080");
        acks.answer("3", null);
        assertThat(status().rejection()).isNull();
        assertThat(status().isSynced()).isTrue();
    }

    @Test
    void aRejectionThatNamesNothingEndsWithTheNextAcceptance() {
        send("1", 0, "a");
        acks.answer("1", "no");
        send("2", 0, "b");
        acks.answer("2", null);
        assertThat(status().rejection()).isNull();
    }

    @Test
    void aProxyMayChangeItsMindAboutTheLastResponse() {
        send("1", 0, "a");
        acks.answer("1", null);
        assertThat(acks.answer("1", "listener a: can't bind")).isEqualTo(Answer.NACK);
        assertThat(status().isSynced()).isFalse();
        assertThat(acks.answer("1", null)).isEqualTo(Answer.ACK);
        assertThat(status().isSynced()).isTrue();
    }
}
