# The second, thin route: `npm run build && npx node-gyp rebuild` builds the same addon from the same source list.
# CMakeLists.txt, by cmake-js (`sqltune setup`), is the build of record. Without a precompiled header this one is slower.
{
  "variables": {
    "torch_dir%": "<!(node scripts/torch-dir.mjs)"
  },
  "targets": [
    {
      "target_name": "sqltune",
      "sources": [
        "<!@(node scripts/native-sources.mjs core)",
        "<!@(node scripts/native-sources.mjs binding)"
      ],
      "include_dirs": [
        "native",
        "<!(node -p \"require('node-addon-api').include_dir\")"
      ],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS_ALL"],
      "cflags!": ["-O3"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": [
        "-std=c++20",
        "-O3",
        "-fno-math-errno",
        "-fno-trapping-math",
        "-fvisibility=hidden",
        "-fvisibility-inlines-hidden",
        "-Wno-unused-parameter",
        # -isystem: libtorch's headers are not ours to warn about
        "-isystem", "<(torch_dir)/include",
        "-isystem", "<(torch_dir)/include/torch/csrc/api/include"
      ],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++20",
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "GCC_ENABLE_CPP_RTTI": "YES",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "MACOSX_DEPLOYMENT_TARGET": "11.0",
        "OTHER_CPLUSPLUSFLAGS": [
          "-fno-math-errno",
          "-fno-trapping-math",
          "-isystem", "<(torch_dir)/include",
          "-isystem", "<(torch_dir)/include/torch/csrc/api/include"
        ]
      },
      "conditions": [
        ["OS=='mac'", {
          "link_settings": {
            "libraries": ["-L<(torch_dir)/lib", "-ltorch", "-ltorch_cpu", "-lc10", "-Wl,-rpath,<(torch_dir)/lib"]
          }
        }, {
          "link_settings": {
            "libraries": [
              "-L<(torch_dir)/lib",
              # the CUDA libraries register their kernels when loaded; no symbol of ours refers to them
              "-Wl,--no-as-needed",
              "-ltorch", "-ltorch_cpu", "-lc10",
              "<!@(node -p \"['torch_cuda','c10_cuda'].filter(n => require('fs').existsSync('<(torch_dir)/lib/lib' + n + '.so')).map(n => '-l' + n).join(' ')\")",
              "-Wl,--as-needed",
              "-Wl,-rpath,<(torch_dir)/lib"
            ]
          }
        }]
      ]
    },
    {
      "target_name": "stamp",
      "type": "none",
      "actions": [
        {
          "action_name": "write_stamp",
          "inputs": ["<(torch_dir)/version.py"],
          "outputs": ["<(PRODUCT_DIR)/sqltune.json"],
          "action": ["node", "scripts/write-stamp.mjs", "<(PRODUCT_DIR)/sqltune.json", "<(torch_dir)"]
        }
      ]
    }
  ]
}
