package nl.sluis.policy.decide;

import nl.sluis.proto.v1.WithholdingReason;

/** Why an audience does not get an item. In this order; the first that applies is the one that is told. */
public enum Reason {
    /** Something failed while deciding, or a rule's expression did. */
    ERROR(WithholdingReason.WITHHOLDING_REASON_ERROR),
    /** The bundle is not valid now. */
    BUNDLE_NOT_VALID(WithholdingReason.WITHHOLDING_REASON_NO_POLICY),
    /** The item was received after now: a clock went back. */
    CLOCK(WithholdingReason.WITHHOLDING_REASON_ERROR),
    /** Floor: the data mode is not allowed. */
    DATA_MODE(WithholdingReason.WITHHOLDING_REASON_DATA_MODE),
    /** Floor: the level of a part is not admitted. */
    CLASSIFICATION(WithholdingReason.WITHHOLDING_REASON_CLASSIFICATION),
    /** Floor: a restrictive category is not held. */
    RESTRICTIVE(WithholdingReason.WITHHOLDING_REASON_RESTRICTIVE_CATEGORY),
    /** Floor: a clause of a releasability is not hit. */
    RELEASABILITY(WithholdingReason.WITHHOLDING_REASON_RELEASABILITY),
    /** An owner has no policy. */
    NO_POLICY(WithholdingReason.WITHHOLDING_REASON_NO_POLICY),
    /** A consent that an owner asks for is not there. */
    CONSENT_MISSING(WithholdingReason.WITHHOLDING_REASON_CONSENT),
    /** A consent that an owner asks for is not, or no longer, live. */
    CONSENT_EXPIRED(WithholdingReason.WITHHOLDING_REASON_CONSENT),
    /** A rule denies. */
    DENY_RULE(WithholdingReason.WITHHOLDING_REASON_DENY_RULE),
    /** A policy has no rule that releases. */
    NO_RELEASE_RULE(WithholdingReason.WITHHOLDING_REASON_NO_RELEASE_RULE);

    private final WithholdingReason proto;

    Reason(WithholdingReason proto) {
        this.proto = proto;
    }

    /** The reason's place among rows of bits that live in memory only. */
    @SuppressWarnings("EnumOrdinal")
    int row() {
        return ordinal();
    }

    /** The value on the wire. */
    public WithholdingReason toProto() {
        return proto;
    }
}
