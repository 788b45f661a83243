package dev.lateen.istiod.ca;

import dev.lateen.api.identity.SpiffeId;

/** Says whose a bearer token is. Safe from any thread; may wait for somebody else's answer, so not for event loops. */
@FunctionalInterface
public interface TokenCheck {
    /**
     * The service account that a token proves.
     *
     * @param trustDomain of the identity
     * @throws RefusedException if it proves none, or if nobody can say now
     */
    SpiffeId verify(String token, String trustDomain) throws RefusedException;
}
