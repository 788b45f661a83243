package dev.lateen.istiod.translate.resource;

/**
 * Makes an object's identity a key: equal only to itself.
 *
 * @param of the object
 */
public record SameObject<T>(T of) {
    @Override
    @SuppressWarnings("ReferenceEquality") // That is what this is for.
    public boolean equals(Object other) {
        return other instanceof SameObject<?> that && of == that.of;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(of);
    }
}
