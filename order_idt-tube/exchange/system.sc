{
  "version": "0.21.1",
  "grid": "square",
  "helices": [
    {"grid_position": [0, 0]},
    {"grid_position": [0, 1]},
    {"grid_position": [0, 2]},
    {"grid_position": [0, 3]},
    {"grid_position": [0, 4]},
    {"grid_position": [0, 5]},
    {"grid_position": [0, 6]},
    {"grid_position": [0, 7]},
    {"grid_position": [0, 8]}
  ],
  "strands": [
    {
      "name": "A",
      "color": "#f74308",
      "sequence": "TCACACTAACCATTCCTTCC",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "t", "helix": 0, "forward": true, "start": 0, "end": 5},
        {"name": "a", "helix": 0, "forward": true, "start": 5, "end": 20}
      ]
    },
    {
      "name": "B",
      "color": "#57bb00",
      "sequence": "TCACACTCCTCATATCTTTC",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "t", "helix": 1, "forward": true, "start": 0, "end": 5},
        {"name": "b", "helix": 1, "forward": true, "start": 5, "end": 20}
      ]
    },
    {
      "name": "A_cogate",
      "color": "#888888",
      "sequence": "CTAACCATTCCTTCCTCACA",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "a", "helix": 2, "forward": true, "start": 0, "end": 15},
        {"name": "t", "helix": 2, "forward": true, "start": 15, "end": 20}
      ]
    },
    {
      "name": "B_cogate",
      "color": "#32b86c",
      "sequence": "CTCCTCATATCTTTCTCACA",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "b", "helix": 3, "forward": true, "start": 0, "end": 15},
        {"name": "t", "helix": 3, "forward": true, "start": 15, "end": 20}
      ]
    },
    {
      "name": "A_cogate@join_R1",
      "color": "#333333",
      "sequence": "CTAACCATTCCTTCCTCACA",
      "domains": [
        {"name": "a", "helix": 4, "forward": true, "start": 5, "end": 20},
        {"name": "t", "helix": 4, "forward": true, "start": 20, "end": 25}
      ]
    },
    {
      "name": "top_r_r1-t",
      "color": "#320096",
      "sequence": "CTCTCTATCCAAATCTCACA",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "r_r1", "helix": 4, "forward": true, "start": 25, "end": 40},
        {"name": "t", "helix": 4, "forward": true, "start": 40, "end": 45}
      ]
    },
    {
      "name": "top_end",
      "color": "#03b6a2",
      "sequence": "CCCTAATACCCTTAC",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "end", "helix": 4, "forward": true, "start": 45, "end": 60}
      ]
    },
    {
      "name": "join_R1_bot",
      "color": "#7300de",
      "sequence": "GTAAGGGTATTAGGGTGTGAGATTTGGATAGAGAGTGTGAGGAAGGAATGGTTAGTGTGA",
      "vendor": {"scale": "100nm", "purification": "PAGE"},
      "domains": [
        {"name": "end*", "helix": 4, "forward": false, "start": 45, "end": 60},
        {"name": "t*", "helix": 4, "forward": false, "start": 40, "end": 45},
        {"name": "r_r1*", "helix": 4, "forward": false, "start": 25, "end": 40},
        {"name": "t*", "helix": 4, "forward": false, "start": 20, "end": 25},
        {"name": "a*", "helix": 4, "forward": false, "start": 5, "end": 20},
        {"name": "t*", "helix": 4, "forward": false, "start": 0, "end": 5}
      ]
    },
    {
      "name": "top_inert",
      "color": "#aaaa00",
      "sequence": "CCCAATTAAACTACC",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "inert", "helix": 5, "forward": true, "start": 0, "end": 15}
      ]
    },
    {
      "name": "B@fork_R1",
      "color": "#b8056c",
      "sequence": "TCACACTCCTCATATCTTTC",
      "domains": [
        {"name": "t", "helix": 5, "forward": true, "start": 15, "end": 20},
        {"name": "b", "helix": 5, "forward": true, "start": 20, "end": 35}
      ]
    },
    {
      "name": "helper_R1",
      "color": "#007200",
      "sequence": "TCACACTCTCTATCCAAATC",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "t", "helix": 5, "forward": true, "start": 35, "end": 40},
        {"name": "r_r1", "helix": 5, "forward": true, "start": 40, "end": 55}
      ]
    },
    {
      "name": "fork_R1_bot",
      "color": "#cc0000",
      "sequence": "TGTGAGATTTGGATAGAGAGTGTGAGAAAGATATGAGGAGTGTGAGGTAGTTTAATTGGG",
      "vendor": {"scale": "100nm", "purification": "PAGE"},
      "domains": [
        {"name": "t*", "helix": 5, "forward": false, "start": 55, "end": 60},
        {"name": "r_r1*", "helix": 5, "forward": false, "start": 40, "end": 55},
        {"name": "t*", "helix": 5, "forward": false, "start": 35, "end": 40},
        {"name": "b*", "helix": 5, "forward": false, "start": 20, "end": 35},
        {"name": "t*", "helix": 5, "forward": false, "start": 15, "end": 20},
        {"name": "inert*", "helix": 5, "forward": false, "start": 0, "end": 15}
      ]
    },
    {
      "name": "helper_R1@helper_R1",
      "color": "#f7931e",
      "sequence": "TCACACTCTCTATCCAAATC",
      "domains": [
        {"name": "t", "helix": 6, "forward": true, "start": 0, "end": 5},
        {"name": "r_r1", "helix": 6, "forward": true, "start": 5, "end": 20}
      ]
    },
    {
      "name": "fork_seal",
      "color": "#f74308",
      "sequence": "CCCAATTAAACTACCTCACA",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "inert", "helix": 7, "forward": true, "start": 0, "end": 15},
        {"name": "t", "helix": 7, "forward": true, "start": 15, "end": 20}
      ]
    },
    {
      "name": "join_seal",
      "color": "#57bb00",
      "sequence": "TCACACCCTAATACCCTTAC",
      "vendor": {"scale": "25nm", "purification": "STD"},
      "domains": [
        {"name": "t", "helix": 8, "forward": true, "start": 0, "end": 5},
        {"name": "end", "helix": 8, "forward": true, "start": 5, "end": 20}
      ]
    }
  ]
}
